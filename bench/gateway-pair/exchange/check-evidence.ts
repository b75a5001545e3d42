/**
 * No evidence, no figure: each timed run counts only if both gateways' public logs grew by as many entries as requests
 * were answered, and if the receipt of a message that was answered in the middle of the run verifies off-line under
 * nothing but the keys of logs and witness.
 */
import { parseCheckpoint, verifyReceipt } from '@minben/evidence';
import type { WatchedRun } from '../measure-load.ts';
import type { Exchange } from './start-exchange.ts';

const PATIENCE_MS = 30_000;
const POLL_MS = 100;

/** Begins to watch a run; `sample` makes one call among the timed ones and answers its message id. */
export async function watchEvidence(
  { consumer, provider, policy }: Exchange,
  sample: () => Promise<string>,
  seconds: number,
): Promise<WatchedRun> {
  const logs = [consumer.ports.public, provider.ports.public];
  const before = await Promise.all(logs.map(readPublishedSize));
  const sampled = new Promise((resolve) => setTimeout(resolve, seconds * 500)).then(sample);
  // Awaited only after the load; a failure until then must not end the process.
  sampled.catch(() => undefined);

  return async (requests) => {
    for (const [at, port] of logs.entries()) {
      const wanted = (before[at] ?? 0) + requests;
      const size = await poll(async () => {
        const published = await readPublishedSize(port);
        return published >= wanted ? published : undefined;
      });
      if (size === undefined) return `${requests} answers, but the log at port ${port} has fewer entries`;
    }
    const id = await sampled;
    for (const gateway of [consumer, provider]) {
      let reason = '';
      const verified = await poll(async () => {
        const answer = await fetch(`http://127.0.0.1:${gateway.ports.consumer}/receipts/${id}`);
        if (!answer.ok) return undefined;
        const receipt = (await answer.json()) as { entries: readonly { kind: string }[] };
        const { ok, claims } = await verifyReceipt(receipt, policy);
        reason = claims
          .filter(({ holds }) => !holds)
          .map(({ name }) => name)
          .join(', ');
        return ok && receipt.entries.map(({ kind }) => kind).join() === 'request,response' ? true : undefined;
      });
      if (verified === undefined) return `the receipt of a timed message does not verify at ${gateway.id}: ${reason}`;
    }
    return undefined;
  };
}

async function readPublishedSize(port: number): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/tlog/checkpoint`);
  const checkpoint = parseCheckpoint(await answer.text());
  return checkpoint.ok ? checkpoint.value.size : 0;
}

async function poll<T>(ask: () => Promise<T | undefined>): Promise<T | undefined> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await ask();
    if (found !== undefined || Date.now() > end) return found;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
