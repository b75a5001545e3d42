import { expect, it } from 'vitest';
import { KINDS } from './cluster/places.ts';
import { run } from './run.ts';

it('loses, doubles and releases nothing unproven when each process is killed while it works', {
  timeout: 180_000,
}, async () => {
  const { kills, ledger, summary } = await run({
    seed: 'a few kills',
    kills: { consumer: 2, provider: 2, registry: 2, witness: 2 },
    smallSegments: true,
  });
  console.log(summary);
  for (const kind of KINDS) expect(kills[kind]).toBeGreaterThanOrEqual(1);
  expect(ledger.deliveries.size).toBeGreaterThan(0);
  expect(ledger.violations.found).toEqual([]);
});
