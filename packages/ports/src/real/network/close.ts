import type { Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Door } from './door.ts';

/**
 * Stops accepting, cuts idle connections, lets calls in flight and open streams end by themselves within
 * `graceMs`, then cuts what is left.
 */
export async function closeListener(
  server: Server | SecureServer,
  door: Door,
  streams: ReadonlySet<Socket>,
  graceMs: number,
): Promise<void> {
  // Node's own close cuts connections that are idle at this moment.
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  const ended = Promise.all([door.drain(), ...[...streams].map(untilClosed)]);
  let timer: NodeJS.Timeout | undefined;
  const graceOver = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, graceMs);
  });
  await Promise.race([ended, graceOver]);
  clearTimeout(timer);
  for (const socket of streams) socket.destroy();
  server.closeAllConnections();
  await closed;
}

function untilClosed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
}
