/** What a load generator is asked and what it answers, whichever program does the work. */
export interface LoadSpec {
  readonly host: string;
  readonly port: number;
  /** Path and query of a GET. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
  /** Hard bound on the number of requests, for the generator that can count; the other is bounded by time. */
  readonly maximumRequests: number;
  /** Every answer must be 200 and have exactly this many bytes of body. */
  readonly expectedBodyBytes: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly generator: 'wrk' | 'minben';
  /** Why the result must not be used: an answer that was not 200, a body of another length, a broken connection. */
  readonly void?: string;
}

/** The request head as it goes over the wire, for a probe or for our own generator. */
export function formatRequest(spec: Pick<LoadSpec, 'host' | 'port' | 'path' | 'headers'>): string {
  const lines = Object.entries(spec.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${spec.path} HTTP/1.1\r\nHost: ${spec.host}:${spec.port}\r\n${lines.join('')}\r\n`;
}
