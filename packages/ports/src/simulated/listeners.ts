/** The open ports of a world, and how one closes: no new call, those in flight answered, the rest cut. */
import type { HttpHandler, Listener, ServeOptions, Stream, TlsIdentity } from '../network.ts';
import type { Life, Schedule } from './schedule.ts';

export interface OpenPort {
  readonly life: Life;
  readonly options: ServeOptions & { tls?: TlsIdentity; streamProtocol?: string };
  readonly handler: HttpHandler;
  readonly onStream: ((stream: Stream) => void) | undefined;
  accepting: boolean;
  /** Calls in flight and open streams, each with the way to cut it. */
  readonly open: Set<() => void>;
  onIdle: (() => void) | undefined;
}

export type OpenPorts = Map<string, OpenPort>;

const FIRST_FREE_PORT = 20_000;

/** Opens `machine:port`; rejects with EADDRINUSE when it is taken. */
export function openPort(
  ports: OpenPorts,
  schedule: Schedule,
  life: Life,
  options: OpenPort['options'],
  handler: HttpHandler,
  onStream?: (stream: Stream) => void,
): Promise<Listener> {
  const port = options.port === 0 ? freePort(ports, life.machine) : options.port;
  const address = `${life.machine}:${port}`;
  if (ports.has(address)) {
    return Promise.reject(Object.assign(new Error(`EADDRINUSE: simulated, ${address}`), { code: 'EADDRINUSE' }));
  }
  const opened: OpenPort = {
    life,
    options,
    handler,
    onStream,
    accepting: true,
    open: new Set(),
    onIdle: undefined,
  };
  ports.set(address, opened);
  const forget = (): void => {
    opened.accepting = false;
    if (ports.get(address) === opened) ports.delete(address);
  };
  life.onDeath.add(forget);
  return Promise.resolve({
    port,
    close(graceMs) {
      forget();
      life.onDeath.delete(forget);
      return closePort(opened, schedule, graceMs);
    },
  });
}

function closePort(opened: OpenPort, schedule: Schedule, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      cancel();
      for (const cut of opened.open) cut();
      resolve();
    };
    const cancel = schedule.after(graceMs * 1000, opened.life, finish);
    opened.onIdle = finish;
    if (opened.open.size === 0) finish();
  });
}

/** Registers a call or stream on a port; the returned function says that it is over. */
export function occupy(opened: OpenPort, cut: () => void): () => void {
  opened.open.add(cut);
  return () => {
    opened.open.delete(cut);
    if (opened.open.size === 0) opened.onIdle?.();
  };
}

function freePort(ports: OpenPorts, machine: string): number {
  let port = FIRST_FREE_PORT;
  while (ports.has(`${machine}:${port}`)) port += 1;
  return port;
}
