/** Kills one process again and again, restarts it on the same files, and looks each time whether it still knows what it told. */
import type { Prng } from '@minben/ports/simulated';
import type { Cluster } from '../cluster/cluster.ts';
import type { Kind } from '../cluster/places.ts';
import { pause } from '../cluster/until.ts';
import { fetchReceipt } from '../ledger/check-message.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { chooseFate, describeFate, type Fate, PATIENCE_MS } from './choose-death.ts';
import type { Turns } from './turns.ts';

export interface KillMeans {
  readonly cluster: Cluster;
  readonly ledger: Ledger;
  readonly kind: Kind;
  readonly prng: Prng;
  readonly kills: number;
  readonly turns: Turns;
  /** Ends the loop early: a broken promise was found. */
  isOver(): boolean;
  onKilled(kind: Kind, fate: Fate): void;
}

const READY_WITHIN_MS = 45_000;
const STEP_MS = 40;
const RECENT = 3;

/** Reasons for which a gateway or a registry does not take calls because of itself, not of its peers. */
const FATAL = ['log-refusing', 'log-refusing-'];

export async function killAgainAndAgain(means: KillMeans): Promise<void> {
  const { cluster, ledger, kind, prng } = means;
  const own = cluster.processes[kind];
  let fate: Fate = { manner: 'signal', afterMs: prng.between(300, 2_000), waitsForReady: true };
  for (let done = 0; done < means.kills && !means.isOver(); done += 1) {
    const giveBack = await meet(means, fate);
    means.onKilled(kind, fate);
    fate = chooseFate(kind, prng);
    await restart(means, fate);
    giveBack();
  }
  // The last life is left in peace.
  if (own.isRunning() && fate.manner === 'planned') await own.kill();
  if (!own.isRunning() && !(await own.start()) && !means.isOver())
    ledger.violations.add('stuck', `the ${kind} does not start: ${own.lines.slice(-12).join(' | ')}`);
}

/** Resolves when the process is dead; its turn lasts until it works again. */
async function meet({ cluster, kind, ledger, turns }: KillMeans, fate: Fate): Promise<() => void> {
  const own = cluster.processes[kind];
  if (fate.manner === 'signal') {
    await Promise.race([pause(fate.afterMs), own.ended()]);
    if (!own.isRunning()) ledger.violations.add('unexpected', `the ${kind} ended by itself: ${own.lines.at(-1)}`);
  } else {
    await Promise.race([pause(PATIENCE_MS), own.ended()]);
  }
  const giveBack = await turns.take();
  const { signal, code } = await own.kill();
  if (signal !== 'SIGKILL')
    ledger.violations.add(
      'unexpected',
      `the ${kind} ended with ${code ?? signal}: ${own.lines.slice(-12).join(' | ')}`,
    );
  return giveBack;
}

/** Starts the next life; when it is not to die at once, waits until it works and asks it for what it had told. */
async function restart(means: KillMeans, fate: Fate): Promise<void> {
  const { cluster, kind, ledger } = means;
  const own = cluster.processes[kind];
  const recent = [...ledger.deliveries.values()].slice(-RECENT);
  const plan = fate.manner === 'planned' ? { deaths: [fate.death] } : {};
  if (fate.manner === 'signal' && !fate.waitsForReady) {
    // It is killed while it starts.
    void own.start(plan);
    return;
  }
  const isOpen = await own.start(plan);
  if (!isOpen) {
    const { signal, code } = await own.ended();
    // It may have met its planned death on the way; everything else is a process that does not come back.
    if (signal !== 'SIGKILL' || fate.manner !== 'planned')
      ledger.violations.add(
        'stuck',
        `the ${kind} did not start (${code ?? signal}): ${own.lines.slice(-12).join(' | ')}`,
      );
    return;
  }
  if (kind === 'witness') return;
  if (!(await becomesWritable(means, fate)) || kind === 'registry') return;
  for (const { id } of recent) {
    const receipt = await fetchReceipt(cluster, kind, id);
    if (receipt === 'none')
      ledger.violations.add('lost', `the ${kind} knows nothing of ${id} after ${describeFate(fate)}`);
  }
}

/** False when the process died on the way, or when it never will write. */
async function becomesWritable({ cluster, kind, ledger, isOver }: KillMeans, fate: Fate): Promise<boolean> {
  const own = cluster.processes[kind];
  const end = performance.now() + READY_WITHIN_MS;
  let reasons: readonly string[] = [];
  while (performance.now() < end && own.isRunning() && !isOver()) {
    const told = await cluster.reasons(kind as Exclude<Kind, 'witness'>).catch(() => undefined);
    reasons = told ?? reasons;
    const refusing = reasons.find((reason) => FATAL.some((fatal) => reason.startsWith(fatal)));
    if (refusing !== undefined) {
      ledger.violations.add(
        'stuck',
        `the ${kind} refuses to write after a restart: ${refusing}, ${own.lines.find((line) => line.includes('log-stopped')) ?? ''}`,
      );
      return false;
    }
    if (told !== undefined && !reasons.some((reason) => reason.startsWith('log-'))) return true;
    await pause(STEP_MS);
  }
  if (own.isRunning() && !isOver() && fate.manner === 'signal')
    ledger.violations.add('stuck', `the ${kind} does not write after a restart: ${reasons.join(', ')}`);
  return false;
}
