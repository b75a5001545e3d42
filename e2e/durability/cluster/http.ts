/** Calls of the test itself, over the real network. */
import type { HeaderList, Network } from '@minben/ports';

export interface JsonAnswer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly text: string;
  readonly body: Uint8Array;
  /** The body as an object; empty when it is none. */
  readonly json: Readonly<Record<string, unknown>>;
}

const TIMEOUT_MS = 20_000;

/** Rejects with NetworkError when no answer came. */
export async function call(
  network: Network,
  method: string,
  url: string,
  { headers = [], body }: { readonly headers?: HeaderList; readonly body?: string } = {},
): Promise<JsonAnswer> {
  const answer = await network.request({
    method,
    url,
    headers,
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
    timeoutMs: TIMEOUT_MS,
  });
  const text = Buffer.from(answer.body).toString();
  return { status: answer.status, headers: answer.headers, text, body: answer.body, json: readObject(text) };
}

function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
