/**
 * Load by wrk, where it is installed. It counts answers that are not 2xx or 3xx and broken connections itself; the
 * length of bodies is checked by arithmetic: bytes received must be requests × the length of the probed answer.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LoadResult, LoadSpec } from './load.ts';
import { probe } from './probe.ts';

/** The received bytes may differ by this share: answers cut off by the end of the run, a header that grows by a digit. */
const BYTES_TOLERANCE = 0.01;

export async function runWrk(spec: LoadSpec): Promise<LoadResult> {
  const { wireBytes } = await probe(spec);
  const text = await execute([
    '--threads=1',
    `--connections=${spec.connections}`,
    `--duration=${spec.seconds}s`,
    '--timeout=10s',
    `--script=${fileURLToPath(new URL('wrk-report.lua', import.meta.url))}`,
    ...Object.entries(spec.headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
    `http://${spec.host}:${spec.port}${spec.path}`,
  ]);
  const report = /^report (.*)$/m.exec(text)?.[1];
  if (report === undefined) throw new Error(`wrk printed no report:\n${text}`);
  const [
    requests = 0,
    micros = 0,
    bytes = 0,
    connect = 0,
    read = 0,
    write = 0,
    status = 0,
    timeout = 0,
    p50 = 0,
    p99 = 0,
  ] = report.split(' ').map(Number);
  const failure = explainFailure(
    { requests, bytes, broken: connect + read + write, status, timeout },
    wireBytes,
    spec.connections,
  );
  return {
    requests,
    seconds: micros / 1e6,
    requestsPerSecond: requests / (micros / 1e6),
    p50Ms: p50 / 1000,
    p99Ms: p99 / 1000,
    generator: 'wrk',
    ...(failure === undefined ? {} : { void: failure }),
  };
}

function explainFailure(
  seen: { requests: number; bytes: number; broken: number; status: number; timeout: number },
  wireBytes: number,
  connections: number,
): string | undefined {
  if (seen.requests === 0) return 'no answer at all';
  if (seen.status > 0) return `${seen.status} answers with a status of 400 or more`;
  if (seen.broken > 0) return `${seen.broken} broken connections`;
  if (seen.timeout > 0) return `${seen.timeout} answers later than ten seconds`;
  const surplus = Math.abs(seen.bytes - seen.requests * wireBytes);
  if (surplus > seen.requests * wireBytes * BYTES_TOLERANCE + connections * wireBytes) {
    return `${seen.bytes} bytes for ${seen.requests} answers, ${wireBytes} bytes each were expected`;
  }
  return undefined;
}

function execute(programArguments: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('wrk', programArguments, { timeout: 120_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`wrk failed: ${error.message}\n${stderr}`));
    });
  });
}
