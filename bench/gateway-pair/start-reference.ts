/** What every pair bench needs first: an nginx, a temporary folder, the backend, and the nginx pair as reference. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePairCertificates, type PairCertificates } from '../harness/make-certificates.ts';
import type { BenchOptions } from '../main.ts';
import { fetchNginx, findNginx, HOW_TO_GET_NGINX } from '../nginx/find-nginx.ts';
import { type ServingProcess, startBackend, startNginxPair } from '../nginx/start-pair.ts';
import { makeAnswer } from './answer.ts';
import type { LoadedPair } from './measure-load.ts';

export interface ReferenceSetUp {
  readonly answer: Buffer;
  readonly backend: ServingProcess;
  readonly certificates: PairCertificates;
  readonly nginxPair: LoadedPair;
  stop(): Promise<void>;
}

/** Throws with a text for people when nginx is missing. */
export async function startReference(options: BenchOptions): Promise<ReferenceSetUp> {
  const nginx = findNginx() ?? (options.fetchNginx ? fetchNginx() : undefined);
  if (nginx === undefined) throw new Error(HOW_TO_GET_NGINX);
  const folder = mkdtempSync(join(tmpdir(), 'minben-bench-'));
  const answer = makeAnswer();
  const certificates = await makePairCertificates();
  const backend = await startBackend(nginx, folder, answer);
  const pair = await startNginxPair(nginx, folder, certificates, backend.port);
  return {
    answer,
    backend,
    certificates,
    nginxPair: {
      name: 'nginx mTLS pair',
      port: pair.consumer.port,
      path: '/answer.json',
      headers: {},
      pids: [pair.consumer.pid, pair.provider.pid],
    },
    stop: async () => {
      for (const running of [pair.consumer, pair.provider, backend]) await running.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
