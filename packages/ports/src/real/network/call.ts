/**
 * One outgoing HTTP call. `sent` in a failure is false only while no byte of the request can have left:
 * undici announces the request immediately before it writes the first one.
 */
import type { Dispatcher } from 'undici';
import { type HeaderList, type HttpResponse, NetworkError, type OutgoingCall } from '../../network.ts';
import { toNetworkError } from './failures.ts';
import type { Pools } from './pools.ts';

const DEFAULT_MAXIMUM_BYTES = 1024 * 1024;
const NOTHING = Buffer.alloc(0);

export function callOver(pools: Pools, call: OutgoingCall): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const { origin, path } = splitUrl(call.url);
    const exchange = new Exchange(call, resolve, reject);
    if (call.signal?.aborted === true) {
      exchange.fail(new NetworkError('closed', false, 'the caller has gone away'));
      return;
    }
    try {
      pools.poolFor(origin, call).dispatch(
        {
          origin,
          path,
          method: call.method,
          headers: call.headers?.flat() ?? null,
          body: call.body ?? null,
        },
        exchange,
      );
    } catch (error) {
      // A malformed method, path or header is the caller's bug, and stays its own error.
      exchange.fail(error as Error);
    }
  });
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #resolve: (response: HttpResponse) => void;
  readonly #reject: (error: Error) => void;
  readonly #maximumBytes: number;
  readonly #timer: NodeJS.Timeout;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort: (() => void) | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #sent = false;
  #settled = false;
  #status = 0;
  #headers: HeaderList = [];
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(call: OutgoingCall, resolve: (response: HttpResponse) => void, reject: (error: Error) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#maximumBytes = call.maximumBytes ?? DEFAULT_MAXIMUM_BYTES;
    this.#timer = setTimeout(() => this.#cut('timeout', 'no complete answer in time'), call.timeoutMs);
    this.#signal = call.signal;
    if (call.signal !== undefined) {
      this.#onAbort = () => this.#cut('closed', 'the caller has gone away');
      call.signal.addEventListener('abort', this.#onAbort, { once: true });
    }
  }

  fail(error: Error): void {
    if (this.#settled) return;
    this.#settle();
    this.#reject(error);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#settled) {
      controller.abort(new Error('given up before it was sent'));
      return;
    }
    if (this.#sent) {
      // Sending twice is never this layer's decision.
      controller.abort(new NetworkError('closed', true, 'the connection was lost'));
      return;
    }
    this.#controller = controller;
    this.#sent = true;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = readHeaders(controller.rawHeaders as readonly Buffer[]);
    const length = this.#headers.find(([name]) => name === 'content-length');
    if (length !== undefined && Number(length[1]) > this.#maximumBytes)
      this.#cut('too-large', 'the answer is too large');
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#length += chunk.byteLength;
    if (this.#length > this.#maximumBytes) this.#cut('too-large', 'the answer is too large');
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#settled) return;
    this.#settle();
    const [only = NOTHING] = this.#chunks;
    const body = this.#chunks.length > 1 ? Buffer.concat(this.#chunks, this.#length) : only;
    this.#resolve({ status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    const isBugOfCaller = (error as NodeJS.ErrnoException).code === 'UND_ERR_INVALID_ARG';
    this.fail(isBugOfCaller ? error : toNetworkError(error, this.#sent));
  }

  #cut(reason: NetworkError['reason'], message: string): void {
    const error = new NetworkError(reason, this.#sent, message);
    this.fail(error);
    this.#controller?.abort(error);
  }

  #settle(): void {
    this.#settled = true;
    clearTimeout(this.#timer);
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener('abort', this.#onAbort);
  }
}

/** By hand, because a URL parser would rewrite the path: what is sent must be what the evidence says. */
function splitUrl(url: string): { origin: string; path: string } {
  const scheme = url.startsWith('https://') ? 8 : url.startsWith('http://') ? 7 : 0;
  if (scheme === 0) throw new TypeError('a URL starts with http:// or https://');
  const slash = url.indexOf('/', scheme);
  return slash < 0 ? { origin: url, path: '/' } : { origin: url.slice(0, slash), path: url.slice(slash) };
}

function readHeaders(raw: readonly Buffer[]): HeaderList {
  const headers: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    headers.push([
      (raw[index] as Buffer).toString('latin1').toLowerCase(),
      (raw[index + 1] as Buffer).toString('latin1'),
    ]);
  }
  return headers;
}
