/**
 * How fast our log makes entries durable, against a writer that only writes and syncs the same bytes in the same
 * batches. Counted in our time: salt, hashing of salt and details into the entry, leaf and tree hashing, the signed
 * checkpoint, the private note with salt and details, write and fdatasync, and the promise of each entry.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureRounds, type RunResult, summariseRounds } from '../harness/measure-pair.ts';
import { runNode } from '../harness/run-process.ts';
import type { BenchOptions } from '../main.ts';
import type { AppendRun } from './append-run.ts';

/** Under var/, on the disk where data folders live: the system's temporary folder may be memory. */
const FOLDER = fileURLToPath(new URL('../../var/bench', import.meta.url));
const DETAILS_BYTES = 380;
/** The figure of record, and others beside it: a ratio belongs to its number in flight. */
const IN_FLIGHT = 32;
const OTHERS = [64, 128, 500];

export async function benchEvidenceAppend(options: BenchOptions): Promise<void> {
  const seconds = options.quick ? 1 : 3;
  const rounds = options.quick ? 3 : 5;
  mkdirSync(FOLDER, { recursive: true });
  const folder = mkdtempSync(join(FOLDER, 'evidence-append-'));
  try {
    for (const inFlight of [IN_FLIGHT, ...OTHERS]) await measure(options, folder, inFlight, seconds, rounds);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  options: BenchOptions,
  folder: string,
  inFlight: number,
  seconds: number,
  rounds: number,
): Promise<void> {
  const batchesFile = join(folder, 'batches.json');
  const runOurs = async (): Promise<AppendRun> => {
    const logFolder = mkdtempSync(join(folder, 'log-'));
    const settings = { folder: logFolder, batchesFile, seconds, inFlight, detailsBytes: DETAILS_BYTES };
    const run = (await runNode(locate('append-entries.ts'), settings, { timeoutMs: 120_000 })) as AppendRun;
    rmSync(logFolder, { recursive: true });
    return run;
  };
  // The reference repeats the batches of our latest run, so there must be one before the first round.
  let latest = await runOurs();
  const runRaw = async (): Promise<AppendRun> => {
    const file = join(folder, 'raw');
    const run = await runNode(
      locate('raw-writer.ts'),
      { file, batchesFile, entries: latest.entries },
      { timeoutMs: 120_000 },
    );
    rmSync(file);
    return run as AppendRun;
  };
  const ours = {
    name: 'our log',
    pids: [],
    run: async () => {
      latest = await runOurs();
      return toResult(latest);
    },
  };
  const raw = { name: 'raw writer', pids: [], run: async () => toResult(await runRaw()) };
  const measured = await measureRounds(ours, raw, { rounds, onRound: options.say });
  const name = inFlight === IN_FLIGHT ? 'evidence-append' : `evidence-append-${inFlight}`;
  const figure = summariseRounds(name, 'entries/s', 'raw write + fdatasync', measured, rounds);
  options.report({
    ...figure,
    ...(inFlight === IN_FLIGHT
      ? {
          goal: '≥ 0.5 of the raw writer and ≥ 60,000/s',
          reached: figure.ratio >= 0.5 && figure.value >= 60_000,
        }
      : {}),
    conditions: {
      inFlight,
      detailsBytes: DETAILS_BYTES,
      seconds,
      entriesPerSync: Math.round(latest.entries / latest.batches),
    },
  });
}

function toResult(run: AppendRun): RunResult {
  return { value: run.entries / run.seconds, count: run.entries, cpuMicros: run.cpuMicros };
}

function locate(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
