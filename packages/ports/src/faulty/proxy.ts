/**
 * A TCP proxy that misbehaves on purpose, for tests over real sockets. Faults hold for connections made from
 * now on; offsets count the bytes of one direction of one connection, so a fault hits TLS as well as HTTP.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** `up`: from the caller to the target. `down`: back. */
export type Direction = 'up' | 'down';

export interface ProxyFaults {
  /** Waits so long before each piece it passes on. */
  readonly delayMs?: number;
  /** Passes bytes on one by one, so many in a second. */
  readonly bytesPerSecond?: number;
  /** Resets both sides after so many bytes. */
  readonly cut?: Place;
  /** Passes on so many bytes, then closes both sides in order. */
  readonly truncate?: Place;
  /** Passes on so many bytes, then nothing in either direction, and says nothing. */
  readonly halfOpen?: Place;
  /** Flips the lowest bit of the byte at this offset. */
  readonly corrupt?: Place;
}

export interface Place {
  readonly direction: Direction;
  readonly bytes: number;
}

export interface FaultProxy {
  readonly port: number;
  /** Connections accepted so far. */
  readonly accepted: number;
  setFaults(faults: ProxyFaults): void;
  /** Resets every open connection. */
  cutAll(): void;
  close(): Promise<void>;
}

interface Connection {
  readonly faults: ProxyFaults;
  readonly caller: Socket;
  readonly target: Socket;
  silent: boolean;
}

export async function createFaultProxy(options: {
  target: { host: string; port: number };
  faults?: ProxyFaults;
}): Promise<FaultProxy> {
  let faults = options.faults ?? {};
  let accepted = 0;
  const open = new Set<Connection>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (caller) => {
    accepted += 1;
    const target = connect({ ...options.target, allowHalfOpen: true, noDelay: true });
    const connection: Connection = { faults, caller, target, silent: false };
    open.add(connection);
    for (const [socket, other] of [
      [caller, target],
      [target, caller],
    ] as const) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(connection);
        if (!connection.silent) other.destroy();
      });
    }
    void pump(connection, 'up');
    void pump(connection, 'down');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const cutAll = (): void => {
    for (const connection of open) reset(connection);
  };
  return {
    port: (server.address() as AddressInfo).port,
    get accepted() {
      return accepted;
    },
    setFaults(next) {
      faults = next;
    },
    cutAll,
    close() {
      return new Promise((resolve) => {
        server.close(() => resolve());
        cutAll();
      });
    },
  };
}

async function pump(connection: Connection, direction: Direction): Promise<void> {
  const [from, to] =
    direction === 'up' ? [connection.caller, connection.target] : [connection.target, connection.caller];
  let passed = 0;
  try {
    for await (const received of from) {
      const chunk = damage(connection.faults.corrupt, direction, passed, received as Buffer);
      passed = await pass(connection, direction, to, chunk, passed);
    }
    if (!connection.silent) to.end();
  } catch {
    // A socket that broke while it was read: its close handler ends the other one.
  }
}

/** Passes a chunk on up to the fault that stands in its way; answers how many bytes have passed since the beginning. */
async function pass(
  connection: Connection,
  direction: Direction,
  to: Socket,
  chunk: Buffer,
  before: number,
): Promise<number> {
  const { cut, truncate, halfOpen } = connection.faults;
  const end = before + chunk.length;
  const limit = Math.min(
    ...[cut, truncate, halfOpen].map((place) => (place?.direction === direction ? place.bytes : Infinity)),
  );
  const piece = chunk.subarray(0, Math.max(0, limit - before));
  if (!connection.silent) await trickle(connection.faults, to, piece);
  if (end < limit) return end;
  if (cut?.direction === direction && cut.bytes === limit) reset(connection);
  else if (truncate?.direction === direction && truncate.bytes === limit) {
    connection.caller.end();
    connection.target.end();
  } else connection.silent = true;
  return end;
}

async function trickle(faults: ProxyFaults, to: Socket, bytes: Buffer): Promise<void> {
  if (faults.delayMs !== undefined) await sleep(faults.delayMs);
  if (faults.bytesPerSecond === undefined) {
    await write(to, bytes);
    return;
  }
  for (let index = 0; index < bytes.length && !to.destroyed; index += 1) {
    await sleep(1000 / faults.bytesPerSecond);
    await write(to, bytes.subarray(index, index + 1));
  }
}

function write(to: Socket, bytes: Buffer): Promise<void> {
  if (bytes.length === 0 || to.destroyed || to.writableEnded) return Promise.resolve();
  return new Promise((resolve) => {
    to.write(bytes, () => resolve());
  });
}

function damage(corrupt: Place | undefined, direction: Direction, before: number, chunk: Buffer): Buffer {
  const index = corrupt?.direction === direction ? corrupt.bytes - before : -1;
  if (index < 0 || index >= chunk.length) return chunk;
  const damaged = Buffer.from(chunk);
  damaged[index] = (damaged[index] as number) ^ 1;
  return damaged;
}

function reset({ caller, target }: Connection): void {
  for (const socket of [caller, target]) {
    if (socket.connecting) socket.destroy();
    else socket.resetAndDestroy();
  }
}
