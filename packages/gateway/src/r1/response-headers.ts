/** What an answer on the consumer port says about itself (r1, 4.3). */
import { hash } from 'node:crypto';
import type { ServiceId } from '@minben/kernel';
import type { HeaderList } from '@minben/ports';
import type { ClientId } from './parse-identifiers.ts';

export interface AnsweredCall {
  readonly client: ClientId;
  readonly service: ServiceId;
  /** X-Road-Id: the client's, or the message id. */
  readonly queryId: string;
  /** UUID that request and response share. */
  readonly requestId: string;
  readonly requestHash: string;
}

const WRITTEN: ReadonlySet<string> = new Set([
  'x-road-client',
  'x-road-service',
  'x-road-id',
  'x-road-request-id',
  'x-road-request-hash',
  'x-road-error',
]);

/** The answer's headers with X-Road's own set; what the provider's system set under these names is overwritten. */
export function writeR1ResponseHeaders(headers: HeaderList, call: AnsweredCall): HeaderList {
  return [
    ...headers.filter(([name]) => !WRITTEN.has(name)),
    ['x-road-client', call.client],
    ['x-road-service', call.service],
    ['x-road-id', call.queryId],
    ['x-road-request-id', call.requestId],
    ['x-road-request-hash', call.requestHash],
  ];
}

/** The request as X-Road hashes it. */
export interface HashedRequest {
  readonly method: string;
  /** Path and query as sent, from `/r1/` on. */
  readonly path: string;
  /** The headers that were forwarded. */
  readonly headers: HeaderList;
  readonly requestId: string;
  readonly body: Uint8Array;
}

/**
 * X-Road-Request-Hash: base64(SHA512(SHA512(header part) ‖ SHA512(body))), or base64(SHA512(header part)) without a
 * body. The header part is `METHOD CRLF path CRLF`, then `name:value CRLF` for each forwarded header and for
 * x-road-request-id, in UTF-8. Evidence does not rest on it; the entry's proof does that work. It is here for
 * X-Road clients that store it.
 */
export function hashR1Request({ method, path, headers, requestId, body }: HashedRequest): string {
  let part = `${method}\r\n${path}\r\n`;
  for (const [name, value] of headers) if (name !== 'x-road-request-id') part += `${name}:${value}\r\n`;
  part += `x-road-request-id:${requestId}\r\n`;
  const head = hash('sha512', part, 'buffer');
  if (body.length === 0) return head.toString('base64');
  return hash('sha512', Buffer.concat([head, hash('sha512', body, 'buffer')]), 'base64');
}
