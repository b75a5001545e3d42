/**
 * What every HTTP port does the same way: reads the request within its limits, asks the handler, writes the
 * answer exactly as given, and closes without breaking a call in flight.
 */
import type { IncomingMessage, RequestListener, ServerOptions, ServerResponse } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import type { HttpHandler, HttpResponse } from '../../network.ts';
import { headersOf, IncomingRequest, readBody } from './incoming.ts';

const DEFAULT_MAXIMUM_BYTES = 1024 * 1024;

/** Time-outs in milliseconds; a caller that dawdles over its headers or its body is cut. */
export const SERVER_OPTIONS: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16 * 1024,
  noDelay: true,
};

const TOO_LARGE = refusal(413, '本文過大，請縮小後再送。 The body is too large: send a smaller one.');
const FAILED = refusal(
  500,
  '系統發生錯誤，請稍後再試，或聯絡營運單位。 Something failed here: try again later or call the operator.',
);

export interface Door {
  readonly listener: RequestListener;
  /** No call is accepted on a kept connection from now on; resolves when the last call in flight is answered. */
  drain(): Promise<void>;
}

export function createDoor(
  handler: HttpHandler,
  maximumBytes = DEFAULT_MAXIMUM_BYTES,
  onFailure: (error: unknown) => void = () => undefined,
): Door {
  let inFlight = 0;
  let onIdle: (() => void) | undefined;
  const answerOne = async (message: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const headers = headersOf(message);
    const reading = readBody(message, headers, maximumBytes);
    const body = reading instanceof Promise ? await reading : reading;
    if (body === undefined) {
      // What is left of the body is not read, so the connection cannot be used again.
      answer.shouldKeepAlive = false;
      write(answer, message.method, TOO_LARGE);
      return;
    }
    const response = await handler(new IncomingRequest(message, answer, headers, body));
    if (onIdle !== undefined) answer.shouldKeepAlive = false;
    write(answer, message.method, response);
  };
  return {
    listener(message, answer) {
      inFlight += 1;
      answer.once('close', () => {
        inFlight -= 1;
        if (inFlight === 0) onIdle?.();
      });
      answerOne(message, answer).catch((error: unknown) => {
        if (message.destroyed && !message.complete) return;
        onFailure(error);
        if (answer.headersSent) answer.destroy();
        else write(answer, message.method, FAILED);
      });
    },
    drain() {
      return new Promise((resolve) => {
        onIdle = resolve;
        if (inFlight === 0) resolve();
      });
    },
  };
}

/** Resolves with the port; rejects with Node's error (EADDRINUSE, EACCES, …). */
export function listen(server: NetServer, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Hop-by-hop framing is this connection's own business (RFC 9110 section 7.6.1); all else goes out as it stands. */
function write(answer: ServerResponse, method: string | undefined, response: HttpResponse): void {
  if (answer.destroyed) return;
  const { status, body } = response;
  const flat: string[] = [];
  for (const [name, value] of response.headers) {
    if (name === 'connection' || name === 'keep-alive' || name === 'transfer-encoding') continue;
    if (name === 'content-length' && method !== 'HEAD') continue;
    flat.push(name, value);
  }
  const bodiless = method === 'HEAD' || status === 204 || status === 304;
  if (!bodiless) flat.push('content-length', String(body.byteLength));
  answer.writeHead(status, flat);
  answer.end(bodiless ? undefined : body);
}

function refusal(status: number, title: string): HttpResponse {
  return {
    status,
    headers: [['content-type', 'application/problem+json']],
    body: Buffer.from(JSON.stringify({ type: 'about:blank', status, title })),
  };
}
