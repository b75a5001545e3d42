/** Runs seeds in processes of their own, so that both cores work and a mutation stays where it belongs. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { PlantedBug } from './planted-bugs.ts';
import type { SeedReport } from './run-seed.ts';

export type ReportedSeed = Omit<SeedReport, 'lines'>;

const RUN_SEEDS = fileURLToPath(new URL('run-seeds.ts', import.meta.url));
const REGISTER = new URL('../../tools/mutate/register.mjs', import.meta.url).href;

export interface SeedRange {
  readonly from: number;
  readonly to: number;
  readonly step?: number;
}

/** `onReport` answers false when it has seen enough. Rejects when a process ends badly without having been told to. */
export function runInChild(
  { from, to, step = 1 }: SeedRange,
  onReport: (report: ReportedSeed) => boolean,
  bug?: PlantedBug,
): Promise<void> {
  const env = { ...process.env, MINBEN_MUTATION: bug === undefined ? '' : JSON.stringify(bug) };
  const child = spawn(process.execPath, ['--import', REGISTER, RUN_SEEDS, String(from), String(to), String(step)], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let isEnough = false;
  let trouble = '';
  child.stderr.on('data', (chunk: Buffer) => {
    trouble = `${trouble}${chunk.toString()}`.slice(-4_000);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (isEnough || onReport(JSON.parse(line) as ReportedSeed)) return;
    isEnough = true;
    child.kill();
  });
  return new Promise((resolve, reject) => {
    child.on('close', (code) =>
      code === 0 || isEnough ? resolve() : reject(new Error(`the run of seeds ended with ${code}: ${trouble}`)),
    );
  });
}

/** How to look at a seed that failed. */
export function describeFailure({ seed, violations }: ReportedSeed): string {
  return `seed ${seed}: ${violations.join('; ')}\n  replay: node e2e/simulation/run-seed.ts ${seed} --trace`;
}
