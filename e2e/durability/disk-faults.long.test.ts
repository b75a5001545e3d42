/**
 * EIO and ENOSPC under every process of a running exchange: from the failed write or sync on it acknowledges nothing,
 * says why, and works again once it is started on a disk that does. What it had told before is all there.
 */

import type { DiskFault } from '@minben/ports/faulty';
import { createPrng } from '@minben/ports/simulated';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, startCluster } from './cluster/cluster.ts';
import { CONSENT, type Kind } from './cluster/places.ts';
import { until } from './cluster/until.ts';
import { checkEnd } from './ledger/check-end.ts';
import { type Ledger, openLedger } from './ledger/ledger.ts';
import { exchange, exchangeUntilOutcome, makeMessageId } from './load/exchanges.ts';
import { startSubmissions } from './load/heads.ts';

const CALLS_AFTER = 6;
let cluster: Cluster;
let ledger: Ledger;
const prng = createPrng('disk faults');
const means = () => ({ cluster, ledger, prng });

beforeAll(async () => {
  cluster = await startCluster();
  ledger = openLedger(cluster);
});
afterAll(() => cluster.close());

const FAULTS: readonly { readonly what: string; readonly fault: DiskFault }[] = [
  { what: 'EIO at a sync', fault: { operation: 'sync', code: 'EIO', path: 'journal' } },
  { what: 'ENOSPC at a sync', fault: { operation: 'sync', code: 'ENOSPC', path: 'journal' } },
  { what: 'EIO at a write', fault: { operation: 'append', code: 'EIO', path: 'journal' } },
  { what: 'ENOSPC at a write', fault: { operation: 'append', code: 'ENOSPC', path: 'journal' } },
];

async function restart(kind: Kind, fault?: DiskFault): Promise<void> {
  const own = cluster.processes[kind];
  await own.kill();
  expect(await own.start(fault === undefined ? {} : { faults: [fault] })).toBe(true);
  if (kind !== 'witness')
    await until(`the ${kind} is ready`, async () => {
      const reasons = await cluster.reasons(kind);
      // A fault may strike before the process was ready: that is what it then says for ever.
      return reasons.length === 0 || (fault !== undefined && reasons.some((name) => name.startsWith('log-refusing')));
    });
}

describe.each(['consumer', 'provider'] as const)('a %s’s gateway', (kind) => {
  it.each(FAULTS.flatMap(({ what, fault }) => [1, 4, 9].map((nth) => ({ what, nth, fault }))))(
    'acknowledges nothing after $what, operation $nth, says so, and works again after a restart',
    async ({ fault, nth }) => {
      await restart(kind, { ...fault, nth });
      const refusedAt = await callUntilRefused();
      for (const method of ['GET', 'POST'] as const)
        for (let again = 0; again < CALLS_AFTER; again += 1) {
          const answer = await exchange(means(), makeMessageId(), method);
          expect([answer?.json['rule'], answer?.json['hop']]).toEqual(['evidence-unavailable', `${kind}-gateway`]);
        }
      expect(await cluster.reasons(kind)).toContain('log-refusing');
      const effects = [...cluster.agency.effects.values()];
      expect(effects.filter((count) => count > 1)).toEqual([]);
      await restart(kind);
      const after = await exchangeUntilOutcome(means(), 'POST', undefined);
      expect(after).toEqual({ outcome: 'delivered', rule: expect.anything() });
      expect(refusedAt).toBeLessThan(200);
    },
  );
});

/** Calls until the log refuses; how many calls that took. Each of them was answered in full or not at all. */
async function callUntilRefused(): Promise<number> {
  for (let calls = 0; ; calls += 1) {
    const method = calls % 2 === 0 ? 'POST' : 'GET';
    const { outcome, rule } = await exchangeUntilOutcome(means(), method, undefined, false);
    if (outcome !== 'delivered' && rule === 'evidence-unavailable') return calls;
    if (calls > 200) return calls;
  }
}

describe('the registry', () => {
  it.each(FAULTS.flatMap(({ what, fault }) => [1, 4].map((nth) => ({ what, nth, fault }))))(
    'acknowledges nothing after $what, operation $nth, says so, and works again after a restart',
    async ({ fault, nth }) => {
      await restart('registry', { ...fault, nth });
      const order = { agreement: CONSENT, subject: { number: 'A123456789' }, seconds: 600 };
      const mint = () => cluster.operate('POST', '/grants', order);
      let answer = await mint();
      for (let calls = 0; answer.status === 201 && calls < 100; calls += 1) answer = await mint();
      expect([answer.status, answer.json['rule']]).toEqual([503, 'hub-not-writable']);
      for (let again = 0; again < CALLS_AFTER; again += 1) expect((await mint()).json['rule']).toBe('hub-not-writable');
      expect(await cluster.reasons('registry')).toContain('log-refusing-sync-failed');
      await restart('registry');
      expect((await mint()).status).toBe(201);
    },
  );
});

describe('the witness', () => {
  it.each([1, 3].flatMap((nth) => (['EIO', 'ENOSPC'] as const).map((code) => ({ nth, code }))))(
    'gives no cosignature when $code keeps it from remembering, at operation $nth, and goes on from what it had cosigned',
    async ({ nth, code }) => {
      await restart('witness', { operation: 'replace', code, nth, times: 1_000_000 });
      const told = ledger.cosignatures;
      const load = await startSubmissions(means(), 10);
      const isFailing = (): boolean => cluster.processes.witness.lines.some((line) => line.includes('handler-failed'));
      await until('the witness has failed', isFailing);
      const before = ledger.cosignatures;
      await load.stop();
      expect(before - told).toBeLessThan(nth);
      expect(ledger.cosignatures - before).toBeLessThanOrEqual(1);
      await restart('witness');
      const again = await startSubmissions(means(), 10);
      await until('the witness cosigns', () => ledger.cosignatures > before + 2);
      await again.stop();
      expect(ledger.violations.found).toEqual([]);
    },
  );
});

it('has lost and doubled nothing in the end', async () => {
  await checkEnd({ ...means(), prng: prng.fork('end') });
  expect(ledger.violations.found).toEqual([]);
  console.log(
    `disk faults: ${ledger.deliveries.size} answers acknowledged, ${ledger.cosignatures} cosignatures, none lost`,
  );
});
