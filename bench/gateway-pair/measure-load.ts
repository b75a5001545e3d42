/**
 * Puts the same load on a pair of ours and on a reference pair, in alternating rounds, at 1, 32 and 128 connections.
 * With one connection the figure is the time that ours adds to an answer (p50, milliseconds); else it is a rate.
 */
import type { Figure } from '../harness/figure.ts';
import {
  type MeasuredRound,
  measureRounds,
  type RunResult,
  type Side,
  summariseRounds,
} from '../harness/measure-pair.ts';
import { median } from '../harness/median.ts';
import type { LoadResult, LoadSpec } from '../load/load.ts';
import { checkAnswers, chooseGenerator, runLoad } from '../load/run-load.ts';
import type { BenchOptions } from '../main.ts';

/** A running pair: where load goes, and whose CPU counts (both gateways, not the backend, not the generator). */
export interface LoadedPair {
  readonly name: string;
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly pids: readonly number[];
  /** Looks at a timed run from outside, from just before its load. */
  readonly watch?: (seconds: number) => Promise<WatchedRun>;
}

/** Told after the load how many requests were answered; resolves with what makes the run void, if anything does. */
export type WatchedRun = (requests: number) => Promise<string | undefined>;

export interface Goals {
  /** Lowest ratio of rates per number of connections. */
  readonly ratio: Readonly<Record<number, number>>;
  /** Most milliseconds added at one connection. */
  readonly addedMs?: number;
}

export const CONNECTIONS = [1, 32, 128];
/** The reference is wrong (it reconnects instead of keeping connections) when its rate falls by more than this from 32 to 128. */
const REFERENCE_KEEPS = 0.7;

export async function measureLoad(
  name: string,
  ours: LoadedPair,
  reference: LoadedPair,
  bodyBytes: number,
  helpers: readonly number[],
  goals: Goals,
  options: BenchOptions,
): Promise<void> {
  const rounds = options.quick ? 3 : 5;
  const seconds = options.quick ? 2 : 5;
  const generator = chooseGenerator();
  options.say(
    `${name}: load by ${generator === 'wrk' ? 'wrk' : 'our own generator (wrk is not installed)'}, one warm-up, then ${rounds} rounds`,
  );
  const specFor = (pair: LoadedPair, connections: number): LoadSpec => ({
    host: '127.0.0.1',
    port: pair.port,
    path: pair.path,
    headers: pair.headers,
    connections,
    seconds,
    maximumRequests: 10_000_000,
    expectedBodyBytes: bodyBytes,
  });
  for (const pair of [reference, ours]) await checkAnswers(specFor(pair, 8), 2_000);

  const figures: Figure[] = [];
  for (const connections of CONNECTIONS) {
    options.say(`${name}: ${connections} connections`);
    const sideOf = (pair: LoadedPair): Side => ({
      name: pair.name,
      pids: pair.pids,
      run: async () => {
        const check = await pair.watch?.(seconds);
        const load = await runLoad(generator, specFor(pair, connections));
        const reason = load.void ?? (await check?.(load.requests));
        return toResult(reason === undefined ? load : { ...load, void: reason });
      },
    });
    for (const pair of [reference, ours]) await runLoad(generator, { ...specFor(pair, connections), seconds: 1 });
    const measured = await measureRounds(sideOf(ours), sideOf(reference), { rounds, helpers, onRound: options.say });
    const conditions = { generator, connections, seconds, bodyBytes };
    const figure = summariseRounds(`${name}-c${connections}`, 'requests/s', reference.name, measured, rounds);
    const least = goals.ratio[connections];
    figures.push({
      ...figure,
      ...(least === undefined ? {} : { goal: `≥ ${least} of ${reference.name}`, reached: figure.ratio >= least }),
      conditions,
    });
    if (connections === 1)
      figures.push({ ...summariseAdded(name, reference.name, measured, rounds, goals), conditions });
  }
  const wrong = explainWrongReference(figures, reference.name);
  for (const figure of figures)
    options.report(wrong === undefined ? figure : { ...figure, void: figure.void ?? wrong });
}

function toResult(load: LoadResult): RunResult {
  return {
    value: load.requestsPerSecond,
    count: load.requests,
    latencyMs: { p50: load.p50Ms, p99: load.p99Ms },
    ...(load.void === undefined ? {} : { void: load.void }),
  };
}

/** The same rounds read as answer times: the value is what ours adds to the reference's p50. */
function summariseAdded(
  name: string,
  referenceName: string,
  measured: readonly MeasuredRound[],
  rounds: number,
  goals: Goals,
): Figure {
  const p50 = (run: RunResult) => run.latencyMs?.p50 ?? 0;
  const asTimes = measured.map((round) => ({
    ...round,
    value: { ...round.value, value: p50(round.value) },
    reference: { ...round.reference, value: p50(round.reference) },
  }));
  const added = median(asTimes.map((round) => round.value.value - round.reference.value));
  return {
    ...summariseRounds(`${name}-added-p50`, 'ms', referenceName, asTimes, rounds),
    value: added,
    ...(goals.addedMs === undefined ? {} : { goal: `≤ ${goals.addedMs} ms added`, reached: added <= goals.addedMs }),
  };
}

function explainWrongReference(figures: readonly Figure[], referenceName: string): string | undefined {
  const rateAt = (connections: number) =>
    figures.find((figure) => figure.unit === 'requests/s' && figure.conditions.connections === connections)
      ?.reference ?? 0;
  const kept = rateAt(128) / rateAt(32);
  if (kept >= REFERENCE_KEEPS) return undefined;
  return `${referenceName} is a wrong reference: at 128 connections only ${kept.toFixed(2)} of its rate at 32`;
}
