/** A log of the test's own that submits head after head to the witness, and remembers each cosignature it was given. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type EvidenceLog, lastCheckpoint, openLog, submitCheckpoint } from '@minben/evidence';
import { createFileSigner, createRealClock, createRealDisk } from '@minben/ports';
import { AUDITOR_ORIGIN } from '../cluster/places.ts';
import { pause } from '../cluster/until.ts';
import { WITNESSED } from '../ledger/ledger.ts';
import type { Load, LoadMeans } from './exchanges.ts';

const TIMEOUT_MS = 3_000;

export async function startSubmissions({ cluster, ledger }: LoadMeans, pauseMs: number): Promise<Load> {
  const { network, urls } = cluster;
  const place = { key: ledger.witnessKey, url: urls.witness };
  const log: EvidenceLog & { decided(): Promise<unknown> } = await openLog({
    disk: createRealDisk(),
    directory: join(cluster.root, 'auditor'),
    origin: AUDITOR_ORIGIN,
    signer: createFileSigner(cluster.prepared.auditorKey),
    clock: createRealClock(),
    logger: () => undefined,
    replay: () => undefined,
    snapshot: () => [],
    askOthers: () => Promise.resolve([{ from: 'witness', name: 'none' }]),
  });
  await log.decided();
  let isStopped = false;
  let held = 0;
  let told = 0;

  const submit = async (): Promise<void> => {
    const { head } = await log.append(createHash('sha256').update(`entry ${log.head.size}`).digest());
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const path = await log.consistencyPath(held, head.size);
      const submission = { oldSize: held, path, checkpoint: head.checkpoint };
      const outcome = await submitCheckpoint(network, place, submission, TIMEOUT_MS).catch(() => undefined);
      if (outcome?.name === 'cosigned') {
        held = head.size;
        told = head.size;
        ledger.cosignatures += 1;
        ledger.heads.saw(`${head.checkpoint}${outcome.line}`, 'a cosignature');
        return;
      }
      if (outcome?.name === 'refused' && outcome.status !== 500)
        ledger.violations.add('unexpected', `the witness refused a head of the auditor with ${outcome.status}`);
      if (outcome?.name !== 'other-size') return;
      if (outcome.size < told)
        ledger.violations.add('went-back', `the witness says size ${outcome.size} after it cosigned ${told}`);
      held = outcome.size;
    }
  };

  const watch = async (): Promise<void> => {
    for (const origin of WITNESSED) {
      const before = ledger.heads.cosigned(origin);
      const answer = await lastCheckpoint(network, place, origin, TIMEOUT_MS).then(
        (checkpoint) => ({ checkpoint }),
        () => undefined,
      );
      if (answer !== undefined) ledger.heads.witnessShows(origin, answer.checkpoint, before);
    }
  };

  const work = async (): Promise<void> => {
    for (let round = 0; !isStopped; round += 1) {
      await submit();
      if (round % 8 === 0) await watch();
      await pause(pauseMs);
    }
    await watch();
    await log.close();
  };
  const all = work();
  return {
    async stop() {
      isStopped = true;
      await all;
    },
  };
}
