/**
 * The measuring rule: a candidate and its reference run in the same rounds, in alternating order, so that whatever
 * the machine does happens to both; the figure is the median of the rounds' ratios. Rounds in which programs of
 * others took the processors are repeated (within a bound) and left out of the medians where enough clean ones remain.
 */
import { loadavg } from 'node:os';
import type { Figure } from './figure.ts';
import { median } from './median.ts';
import { readCpuMicros, readMachineBusyMicros } from './read-cpu.ts';

/** What one timed run of one side found. */
export interface RunResult {
  /** In the figure's unit: requests per second, entries per second, milliseconds. */
  readonly value: number;
  /** Requests or entries completed, to divide CPU by. */
  readonly count: number;
  /** CPU the run itself counted; absent = read from the side's `pids`. */
  readonly cpuMicros?: number;
  readonly latencyMs?: { readonly p50: number; readonly p99: number };
  readonly void?: string;
}

export interface Side {
  readonly name: string;
  /** Processes whose CPU is counted, descendants included. */
  readonly pids: readonly number[];
  readonly run: () => Promise<RunResult>;
}

export interface PairOptions {
  readonly rounds: number;
  /** Processes that belong to the measurement besides both sides' (load generator, backend): not load from outside. */
  readonly helpers?: readonly number[];
  readonly onRound?: (text: string) => void;
}

export interface MeasuredRound {
  readonly value: RunResult;
  readonly reference: RunResult;
  readonly cpuMicrosPerRequest: number;
  readonly referenceCpuMicrosPerRequest: number;
  readonly outsideCores: number;
  readonly loadAverage: number;
}

/** More than this many cores used by others during a round flags it. */
const OUTSIDE_LIMIT = 0.3;

export async function measureRounds(candidate: Side, reference: Side, options: PairOptions): Promise<MeasuredRound[]> {
  const measured: MeasuredRound[] = [];
  const isClean = (round: MeasuredRound) => round.outsideCores <= OUTSIDE_LIMIT;
  for (let index = 0; index < options.rounds * 2; index += 1) {
    if (measured.length >= options.rounds && measured.filter(isClean).length >= options.rounds) break;
    const ourPids = [process.pid, ...candidate.pids, ...reference.pids, ...(options.helpers ?? [])];
    const watch = watchOutside(ourPids);
    const first = index % 2 === 0 ? reference : candidate;
    const second = first === reference ? candidate : reference;
    const firstRun = await runOnce(first);
    const secondRun = await runOnce(second);
    const [ours, theirs] = first === candidate ? [firstRun, secondRun] : [secondRun, firstRun];
    const round: MeasuredRound = {
      value: ours.result,
      reference: theirs.result,
      cpuMicrosPerRequest: ours.cpuMicrosPerRequest,
      referenceCpuMicrosPerRequest: theirs.cpuMicrosPerRequest,
      outsideCores: watch(),
      loadAverage: loadavg()[0] ?? 0,
    };
    measured.push(round);
    options.onRound?.(describe(candidate, reference, round, isClean(round)));
  }
  return measured;
}

/** Turns rounds into the figure; the caller adds goal and conditions. */
export function summariseRounds(
  name: string,
  unit: string,
  referenceName: string,
  all: readonly MeasuredRound[],
  wanted: number,
): Figure {
  const clean = all.filter((round) => round.outsideCores <= OUTSIDE_LIMIT);
  const disturbed = clean.length < Math.min(wanted, 3);
  const rounds = disturbed ? all : clean;
  const over = (pick: (round: MeasuredRound) => number) => median(rounds.map(pick));
  const latency = (side: 'value' | 'reference') => {
    const found = rounds.flatMap((round) => round[side].latencyMs ?? []);
    if (found.length === 0) return undefined;
    return { p50: median(found.map((one) => one.p50)), p99: median(found.map((one) => one.p99)) };
  };
  const latencyMs = latency('value');
  const referenceLatencyMs = latency('reference');
  const reasons = all.flatMap((round) => [round.value.void ?? [], round.reference.void ?? []].flat());
  return {
    name,
    value: over((round) => round.value.value),
    unit,
    reference: over((round) => round.reference.value),
    referenceName,
    ratio: over((round) => round.value.value / round.reference.value),
    rounds: rounds.length,
    roundsRun: all.length,
    disturbed,
    cpuMicrosPerRequest: over((round) => round.cpuMicrosPerRequest),
    referenceCpuMicrosPerRequest: over((round) => round.referenceCpuMicrosPerRequest),
    loadAverage: Math.max(...all.map((round) => round.loadAverage)),
    outsideCores: median(all.map((round) => round.outsideCores)),
    ...(latencyMs === undefined ? {} : { latencyMs }),
    ...(referenceLatencyMs === undefined ? {} : { referenceLatencyMs }),
    ...(reasons[0] === undefined ? {} : { void: reasons[0] }),
    conditions: {},
  };
}

async function runOnce(side: Side): Promise<{ result: RunResult; cpuMicrosPerRequest: number }> {
  const before = readCpuMicros(side.pids);
  const result = await side.run();
  const cpu = result.cpuMicros ?? readCpuMicros(side.pids) - before;
  return { result, cpuMicrosPerRequest: cpu / Math.max(1, result.count) };
}

/** Starts watching; the returned function says how many cores others have used on average since. */
function watchOutside(pids: readonly number[]): () => number {
  const start = process.hrtime.bigint();
  const busy = readMachineBusyMicros();
  const own = readCpuMicros(pids);
  return () => {
    const wall = Number(process.hrtime.bigint() - start) / 1000;
    return Math.max(0, (readMachineBusyMicros() - busy - (readCpuMicros(pids) - own)) / wall);
  };
}

function describe(candidate: Side, reference: Side, round: MeasuredRound, clean: boolean): string {
  const side = (name: string, run: RunResult, cpu: number) =>
    `${name} ${Math.round(run.value * 100) / 100} (${cpu.toFixed(1)} µs)${run.void === undefined ? '' : ` VOID ${run.void}`}`;
  return [
    side(reference.name, round.reference, round.referenceCpuMicrosPerRequest),
    side(candidate.name, round.value, round.cpuMicrosPerRequest),
    `ratio ${(round.value.value / round.reference.value).toFixed(3)}`,
    `load ${round.loadAverage.toFixed(2)}, others ${round.outsideCores.toFixed(2)} cores${clean ? '' : ' (flagged)'}`,
  ].join(' · ');
}
