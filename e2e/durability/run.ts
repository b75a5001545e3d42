/** One run: an exchange under load, its processes killed, and the ledger held against what is left. */
import { createPrng } from '@minben/ports/simulated';
import { startCluster } from './cluster/cluster.ts';
import { KINDS, type Kind } from './cluster/places.ts';
import type { Mutation } from './cluster/process.ts';
import { killAgainAndAgain } from './kill/kill-loop.ts';
import { createTurns } from './kill/turns.ts';
import { checkEnd } from './ledger/check-end.ts';
import { type Ledger, openLedger } from './ledger/ledger.ts';
import { watchLogs } from './ledger/watch-logs.ts';
import { startExchanges } from './load/exchanges.ts';
import { startGrants } from './load/grants.ts';
import { startSubmissions } from './load/heads.ts';

export interface RunOptions {
  /** Decides who dies when and what callers ask; the moments themselves are the machine's. */
  readonly seed: string;
  readonly kills: Readonly<Partial<Record<Kind, number>>>;
  /** Promises broken by a change of the source, by process. */
  readonly mutations?: Partial<Record<Kind, Mutation>>;
  /** Milliseconds that the agency's system takes at most. */
  readonly slowest?: number;
  /** Ends the killing at the first violation. */
  readonly stopsAtFirst?: boolean;
  /** Journals begin new segments all the time, so that deaths meet them in between. */
  readonly smallSegments?: boolean;
  /** Applications that call at once. */
  readonly workers?: number;
}

export interface RunResult {
  readonly kills: Readonly<Record<Kind, number>>;
  readonly deaths: Readonly<Record<Kind, number>>;
  readonly ledger: Ledger;
  readonly summary: string;
}

const DEAD_AT_ONCE = 2;

/** Not a broken promise: the same code over a journal of which no day's worth fits into one segment. */
export const SMALL_SEGMENTS: Mutation = {
  id: 'small-segments',
  file: 'packages/evidence/src/log/open-log.ts',
  find: 'const SEGMENT_BYTES = 64 * 1024 * 1024;',
  replace: 'const SEGMENT_BYTES = 24 * 1024;',
};

export async function run(options: RunOptions): Promise<RunResult> {
  const prng = createPrng(options.seed);
  const delays = prng.fork('agency');
  const cluster = await startCluster({
    delay: () => delays.between(0, options.slowest ?? 40),
    mutations: {
      ...(options.smallSegments === true
        ? { consumer: SMALL_SEGMENTS, provider: SMALL_SEGMENTS, registry: SMALL_SEGMENTS }
        : {}),
      ...options.mutations,
    },
  });
  const kills = { consumer: 0, provider: 0, registry: 0, witness: 0 };
  const deaths = { consumer: 0, provider: 0, registry: 0, witness: 0 };
  const begun = performance.now();
  try {
    const ledger = openLedger(cluster);
    const load = (label: string) => ({ cluster, ledger, prng: prng.fork(label) });
    const watching = watchLogs(ledger);
    const loads = [
      startExchanges(load('exchanges'), options.workers ?? 10),
      startGrants(load('grants'), 120),
      await startSubmissions(load('heads'), 60),
    ];
    const turns = createTurns(DEAD_AT_ONCE);
    await Promise.all(
      KINDS.filter((kind) => (options.kills[kind] ?? 0) > 0).map((kind) =>
        killAgainAndAgain({
          cluster,
          ledger,
          kind,
          prng: prng.fork(`kills of the ${kind}`),
          kills: options.kills[kind] ?? 0,
          turns,
          isOver: () => options.stopsAtFirst === true && ledger.violations.found.length > 0,
          onKilled(killed, fate) {
            kills[killed] += 1;
            if (fate.manner === 'planned') deaths[killed] += 1;
          },
        }),
      ),
    );
    if (options.stopsAtFirst !== true || ledger.violations.found.length === 0) {
      await Promise.all(loads.map((each) => each.stop()));
      await checkEnd({ cluster, ledger, prng: prng.fork('end') });
    }
    await watching.stop();
    const summary = summarise(options.seed, kills, deaths, ledger, cluster.agency, performance.now() - begun);
    return { kills, deaths, ledger, summary };
  } finally {
    await cluster.close();
  }
}

function summarise(
  seed: string,
  kills: Readonly<Record<Kind, number>>,
  deaths: Readonly<Record<Kind, number>>,
  { deliveries, settled, grants, heads, violations, refusals, cosignatures, followers }: Ledger,
  agency: { readonly effects: ReadonlyMap<string, number>; readonly reads: number },
  milliseconds: number,
): string {
  const withdrawn = [...grants.values()].filter(({ withdrawal }) => withdrawal !== undefined);
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  const total = Object.values(kills).reduce((sum, count) => sum + count, 0);
  return [
    `durability: seed ${seed}, ${Math.round(milliseconds / 1000)} s, ${total} kills (${list(kills)}), of these at a planned disk operation (${list(deaths)})`,
    `  acknowledged: ${deliveries.size} answers (${[...deliveries.values()].filter(({ isSafe }) => !isSafe).length} of changes), ${settled.size} outcomes on record, ${grants.size} grants, ${withdrawn.length} withdrawals (${withdrawn.filter(({ isEffective }) => isEffective).length} effective), ${cosignatures} cosignatures, ${heads.count()} heads`,
    `  agency: ${agency.effects.size} changes, ${agency.reads} reads; log sizes: consumer ${followers.consumer.size}, provider ${followers.provider.size}, hub ${followers.hub.size}`,
    `  lost ${violations.count('lost')}, doubled ${violations.count('doubled')}, unproven ${violations.count('unproven')}, went back ${violations.count('went-back')}, not withdrawn ${violations.count('not-withdrawn')}, stuck ${violations.count('stuck')}, unexpected ${violations.count('unexpected')}`,
    `  refused meanwhile: ${list(Object.fromEntries(refusals))}`,
    ...violations.found.slice(0, 20).map(({ promised, what }) => `  ! ${promised}: ${what}`),
  ].join('\n');
}
