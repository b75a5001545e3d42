import { describe, expect, it } from 'vitest';
import { mutateFile } from '../../tools/mutate/mutate-source.mjs';
import { PLANTED_BUGS } from './planted-bugs.ts';
import { runSeed } from './run-seed.ts';
import { describeFailure } from './seeds-in-children.ts';

describe('a nation under faults', () => {
  it('keeps every promise in twenty seeds', async () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const report = await runSeed(seed * 13);
      expect(report.violations, describeFailure(report)).toEqual([]);
      expect(report.exchanges).toBeGreaterThanOrEqual(20);
    }
  });

  it('replays a seed to the same trace', async () => {
    const [one, other] = [await runSeed(4), await runSeed(4)];
    expect(other.hash).toBe(one.hash);
  });

  it('can plant each of its ten bugs in the source as it stands', () => {
    expect(PLANTED_BUGS).toHaveLength(10);
    for (const bug of PLANTED_BUGS) expect(mutateFile(bug)).toContain(bug.replace);
  });
});
