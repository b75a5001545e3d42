/** Loads a server with wrk where there is one, else with our own generator, and first checks a sample of answers in full. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runNode } from '../harness/run-process.ts';
import type { LoadResult, LoadSpec } from './load.ts';
import { runWrk } from './run-wrk.ts';

export type GeneratorName = LoadResult['generator'];

/** `wrk` when it can be run, else `minben` (our own). */
export function chooseGenerator(): GeneratorName {
  try {
    execFileSync('wrk', ['--version'], { stdio: 'ignore' });
    return 'wrk';
  } catch (error) {
    // wrk --version exits with 1; only a missing program counts as missing.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'minben' : 'wrk';
  }
}

export function runLoad(generator: GeneratorName, spec: LoadSpec): Promise<LoadResult> {
  return generator === 'wrk' ? runWrk(spec) : runOwnGenerator(spec);
}

/** A bounded number of requests, each answer checked for status and length; rejects when one is wrong. */
export async function checkAnswers(spec: LoadSpec, requests: number): Promise<void> {
  const result = await runOwnGenerator({ ...spec, maximumRequests: requests, seconds: 30 });
  if (result.void !== undefined) throw new Error(`checking ${spec.host}:${spec.port}${spec.path}: ${result.void}`);
}

async function runOwnGenerator(spec: LoadSpec): Promise<LoadResult> {
  const file = fileURLToPath(new URL('generator.ts', import.meta.url));
  return (await runNode(file, spec, { timeoutMs: spec.seconds * 1000 + 30_000 })) as LoadResult;
}
