/** Starts nginx as backend and as mutual-TLS pair, each with one worker, on free loopback ports, from a temporary folder. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { acceptsConnections, findPort } from '../harness/find-port.ts';
import type { PairCertificates } from '../harness/make-certificates.ts';
import { type RunningProcess, startProgram } from '../harness/run-process.ts';
import { writeBackendConfig, writeConsumerConfig, writeProviderConfig } from './write-config.ts';

export interface ServingProcess extends RunningProcess {
  readonly port: number;
}

/** The backend of both pairs: answers every GET with `answer` as application/json. */
export async function startBackend(nginx: string, folder: string, answer: Buffer): Promise<ServingProcess> {
  const port = await findPort();
  return start(nginx, join(folder, 'backend'), port, writeBackendConfig(port), { 'answer.json': answer });
}

/** Consumer side and provider side in front of the backend; load goes to the consumer's port. */
export async function startNginxPair(
  nginx: string,
  folder: string,
  certificates: PairCertificates,
  backendPort: number,
): Promise<{ consumer: ServingProcess; provider: ServingProcess }> {
  const authority = certificates.consumer.authorities.join('\n');
  const providerPort = await findPort();
  const provider = await start(
    nginx,
    join(folder, 'provider'),
    providerPort,
    writeProviderConfig(providerPort, backendPort),
    {
      'provider.crt': certificates.provider.certificate,
      'provider.key': certificates.provider.privateKey,
      'authority.crt': authority,
    },
  );
  const consumerPort = await findPort();
  const consumer = await start(
    nginx,
    join(folder, 'consumer'),
    consumerPort,
    writeConsumerConfig(consumerPort, providerPort),
    {
      'consumer.crt': certificates.consumer.certificate,
      'consumer.key': certificates.consumer.privateKey,
      'authority.crt': authority,
    },
  );
  return { consumer, provider };
}

async function start(
  nginx: string,
  prefix: string,
  port: number,
  config: string,
  files: Record<string, string | Buffer>,
): Promise<ServingProcess> {
  mkdirSync(prefix, { recursive: true, mode: 0o700 });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(prefix, name), content, { mode: 0o600 });
  // Without a leading slash nginx would look for certificates beside the configuration file: both are the prefix here.
  writeFileSync(join(prefix, 'nginx.conf'), config);
  const running = await startProgram(
    nginx,
    ['-e', join(prefix, 'error.log'), '-p', prefix, '-c', join(prefix, 'nginx.conf')],
    () => acceptsConnections(port),
  );
  return { ...running, port };
}
