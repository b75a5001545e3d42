/**
 * Durability over real processes, real sockets and mutual TLS: every process is killed at least fifty times, by a signal
 * at any moment or exactly before, within or after an operation of its disk, and a ledger outside of them tells what
 * was acknowledged. MINBEN_SEED repeats the choices of a run; the moments themselves are the machine's.
 */
import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { KINDS } from './cluster/places.ts';
import { run } from './run.ts';

it('keeps every acknowledged thing through two hundred kills', async () => {
  const { kills, deaths, ledger, summary } = await run({
    seed: process.env.MINBEN_SEED ?? randomBytes(4).toString('hex'),
    kills: { consumer: 52, provider: 52, registry: 52, witness: 52 },
    smallSegments: true,
  });
  console.log(summary);
  const { violations, deliveries, grants } = ledger;
  expect(violations.found).toEqual([]);
  for (const kind of KINDS) expect([kind, kills[kind] >= 50]).toEqual([kind, true]);
  expect(Object.values(kills).reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(200);
  for (const kind of KINDS) expect([kind, deaths[kind] > 0]).toEqual([kind, true]);
  expect(deliveries.size).toBeGreaterThan(200);
  expect([...grants.values()].filter(({ isEffective }) => isEffective).length).toBeGreaterThan(20);
});
