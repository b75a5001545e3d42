/** One HTTP request as it arrived: raw path, raw headers in their order, the whole body within its limit. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { HeaderList, HttpRequest } from '../../network.ts';
import { peerFingerprintOf } from './fingerprint.ts';

const NOTHING = Buffer.alloc(0);

export class IncomingRequest implements HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  readonly peerFingerprint?: string;
  readonly #answer: ServerResponse;
  #controller: AbortController | undefined;

  constructor(message: IncomingMessage, answer: ServerResponse, headers: HeaderList, body: Uint8Array) {
    this.method = message.method as string;
    this.path = message.url as string;
    this.headers = headers;
    this.body = body;
    this.#answer = answer;
    const fingerprint = fingerprintOf(message);
    if (fingerprint !== undefined) this.peerFingerprint = fingerprint;
  }

  /** Made when first asked for: most requests never look at it. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      const controller = new AbortController();
      this.#controller = controller;
      const answer = this.#answer;
      if (answer.closed && !answer.writableFinished) controller.abort();
      else answer.once('close', () => answer.writableFinished || controller.abort());
    }
    return this.#controller.signal;
  }
}

export function headersOf(message: IncomingMessage): HeaderList {
  const raw = message.rawHeaders;
  const headers = new Array<[string, string]>(raw.length / 2);
  for (let index = 0; index < raw.length; index += 2) {
    headers[index / 2] = [(raw[index] as string).toLowerCase(), raw[index + 1] as string];
  }
  return headers;
}

/** The whole body; undefined when it is larger than `maximumBytes`. Rejects when the caller goes away meanwhile. */
export function readBody(
  message: IncomingMessage,
  headers: HeaderList,
  maximumBytes: number,
): Buffer | undefined | Promise<Buffer | undefined> {
  let announced = 0;
  let present = false;
  for (const [name, value] of headers) {
    if (name === 'content-length') announced = Number(value);
    else if (name === 'transfer-encoding') present = true;
  }
  if (announced > maximumBytes) return undefined;
  return present || announced > 0 ? gatherBody(message, maximumBytes) : NOTHING;
}

function gatherBody(message: IncomingMessage, maximumBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    message.on('data', (chunk: Buffer) => {
      length += chunk.byteLength;
      if (length > maximumBytes) {
        message.pause();
        resolve(undefined);
      } else chunks.push(chunk);
    });
    message.on('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, length)));
    message.on('error', reject);
    message.on('close', () => {
      // Every message closes; an error, with its stack, is made only for one that was not complete.
      if (!message.complete) reject(new Error('the caller has gone away'));
    });
  });
}

function fingerprintOf(message: IncomingMessage): string | undefined {
  const socket = message.socket as Partial<TLSSocket>;
  return socket.encrypted === true ? peerFingerprintOf(socket as TLSSocket) : undefined;
}
