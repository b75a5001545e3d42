import { fileURLToPath } from 'node:url';
import type { PairCertificates } from '../../harness/make-certificates.ts';
import { type RunningProcess, startNode } from '../../harness/run-process.ts';
import type { BareConsumerSettings, BareProviderSettings } from './settings.ts';

/** Starts both halves of the bare pair in front of the backend; load goes to the consumer's port. */
export async function startBarePair(
  certificates: PairCertificates,
  backendPort: number,
  nodeArguments: readonly string[] = [],
): Promise<{ consumer: RunningProcess; provider: RunningProcess; port: number }> {
  const { consumer: consumerTls, provider: providerTls } = certificates;
  const forProvider: BareProviderSettings = { tls: providerTls, backend: `http://127.0.0.1:${backendPort}` };
  const provider = await startNode(locate('provider.ts'), forProvider, { nodeArguments });
  const forConsumer: BareConsumerSettings = {
    tls: consumerTls,
    providerPort: readPort(provider),
    providerFingerprint: providerTls.fingerprint,
  };
  const consumer = await startNode(locate('consumer.ts'), forConsumer, { nodeArguments });
  return { consumer, provider, port: readPort(consumer) };
}

function readPort(running: RunningProcess): number {
  return (running.ready as { port: number }).port;
}

function locate(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
