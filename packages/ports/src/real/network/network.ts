import type { Network } from '../../network.ts';
import { callOver } from './call.ts';
import { dial } from './dial.ts';
import { createPools } from './pools.ts';
import { serveHttp } from './serve.ts';
import { serveMutualTls } from './serve-mutual.ts';
import { streamOver } from './stream.ts';

export interface RealNetwork extends Network {
  /** Cuts every pooled connection; calls in flight reject. Listeners and streams are closed by their owners. */
  close(): Promise<void>;
}

/** Real sockets. `onFailure` hears of handlers that threw; the caller has been answered 500. */
export function createRealNetwork(onFailure: (error: unknown) => void = () => undefined): RealNetwork {
  const pools = createPools();
  return {
    request: (call) => callOver(pools, call),
    serve: (options, handler) => serveHttp(options, handler, onFailure),
    connect: async (options) => streamOver(await dial(options)),
    serveMutual: (options, onStream, handler) => serveMutualTls(options, onStream, handler, onFailure),
    close: () => pools.close(),
  };
}
