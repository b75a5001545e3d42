/**
 * A door whose address never changes, in front of a process that is killed and comes back on another port. Bytes pass
 * untouched, so that TLS is between the processes themselves; while nobody is behind it, whoever knocks is cut off.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Relay {
  readonly port: number;
  /** The process listens here from now on; undefined: nobody does. */
  pointTo(port: number | undefined): void;
  close(): Promise<void>;
}

export async function startRelay(): Promise<Relay> {
  let target: number | undefined;
  const open = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    return socket.setNoDelay(true);
  };
  const server = createServer((caller) => {
    keep(caller);
    if (target === undefined) {
      caller.on('error', () => undefined).resetAndDestroy();
      return;
    }
    const behind = keep(connect({ host: '127.0.0.1', port: target }));
    for (const [one, other] of [
      [caller, behind],
      [behind, caller],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    pointTo(port) {
      target = port;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
