import { describe, expect, it } from 'vitest';
import { CELLS, FAULTS, STEPS } from './faults.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';
import { describeFailure, type ReportedSeed, runInChild } from './seeds-in-children.ts';

const SEEDS = 1_020;
/** So many of them at least have twenty exchanges and three faults. */
const FULL_SEEDS = 1_000;
const WORKERS = 2;
/** Within so many seeds a planted bug must be found. */
const SEEDS_FOR_A_BUG = 255;

describe('a nation under faults', () => {
  it(`keeps every promise in ${SEEDS} seeds, with every fault at every step`, async () => {
    const reports: ReportedSeed[] = [];
    const collect = (report: ReportedSeed): boolean => reports.push(report) > 0;
    await Promise.all(
      Array.from({ length: WORKERS }, (_, from) => runInChild({ from, to: SEEDS, step: WORKERS }, collect)),
    );
    console.info(summarise(reports));
    expect(reports).toHaveLength(SEEDS);
    const failures = reports.filter(({ violations }) => violations.length > 0);
    expect(failures.map(describeFailure)).toEqual([]);
    // A seed whose faults wait for steps that its run never takes has fewer; it is held to the promises, but not counted.
    const full = reports.filter(({ exchanges, faults }) => exchanges >= 20 && faults >= 3);
    expect(full.length).toBeGreaterThanOrEqual(FULL_SEEDS);
    const hits = countHits(reports);
    expect(CELLS.filter(({ step, fault }) => !hits.has(`${step} ${fault}`))).toEqual([]);
  });

  it('replays ten seeds to the same traces', async () => {
    const run = async (): Promise<string[]> => {
      const hashes: string[] = [];
      await runInChild({ from: 0, to: 1_000, step: 100 }, ({ hash }) => hashes.push(hash) > 0);
      return hashes;
    };
    const [one, other] = await Promise.all([run(), run()]);
    expect(one).toHaveLength(10);
    expect(other).toEqual(one);
  });

  for (const bug of PLANTED_BUGS) {
    it(`finds the planted bug ${bug.id}`, async () => {
      let seeds = 0;
      let found: ReportedSeed | undefined;
      const isStillHidden = (report: ReportedSeed): boolean => {
        seeds += 1;
        if (report.violations.some((violation) => violation.startsWith(bug.invariant))) found = report;
        return found === undefined;
      };
      await runInChild({ from: 0, to: SEEDS_FOR_A_BUG }, isStillHidden, bug);
      console.info(`${bug.id}: found after ${seeds} seeds: ${found?.violations[0] ?? 'never'}`);
      expect(found?.violations.join('\n')).toContain(bug.invariant);
    });
  }
});

function countHits(reports: readonly ReportedSeed[]): Map<string, number> {
  const hits = new Map<string, number>();
  for (const { struck } of reports) {
    for (const { step, fault } of struck) hits.set(`${step} ${fault}`, (hits.get(`${step} ${fault}`) ?? 0) + 1);
  }
  return hits;
}

/** Totals, and the table of steps against faults. */
function summarise(reports: readonly ReportedSeed[]): string {
  const hits = countHits(reports);
  const total = (of: (report: ReportedSeed) => number): number => reports.reduce((sum, report) => sum + of(report), 0);
  const rows = STEPS.map((step) =>
    [step.padEnd(18), ...FAULTS.map((fault) => String(hits.get(`${step} ${fault}`) ?? 0).padStart(3))].join(' '),
  );
  return [
    `${reports.length} seeds, ${total(({ exchanges }) => exchanges)} exchanges, ${total(({ delivered }) => delivered)} delivered, ${total(({ faults }) => faults)} faults`,
    `columns: ${FAULTS.join(', ')}`,
    ...rows,
  ].join('\n');
}
