import type { Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Door } from './door.ts';

/** Connections below TLS: one that never ended its handshake is no connection of HTTP, and would hold the server for minutes. */
const connectionsOf = new WeakMap<Server | SecureServer, Set<Socket>>();

/** Before a server listens: what it accepts is known when it closes. */
export function trackConnections(server: Server | SecureServer): void {
  const connections = new Set<Socket>();
  connectionsOf.set(server, connections);
  server.on('connection', (connection: Socket) => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  });
}

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
  for (const connection of connectionsOf.get(server) ?? []) connection.destroy();
  await closed;
}

function untilClosed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
}
