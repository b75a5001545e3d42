/** How the next life of a process ends: by a signal at any moment, or exactly at an operation of its disk. */

import type { Death } from '@minben/ports/faulty';
import type { Prng } from '@minben/ports/simulated';
import type { Kind } from '../cluster/places.ts';

export type Fate =
  | { readonly manner: 'signal'; readonly afterMs: number; readonly waitsForReady: boolean }
  | { readonly manner: 'planned'; readonly death: Death };

/** The longest that a planned death is waited for before the process is killed by a signal instead. */
export const PATIENCE_MS = 3_000;

export function chooseFate(kind: Kind, prng: Prng): Fate {
  if (prng.chance(0.55)) {
    return { manner: 'signal', afterMs: prng.between(50, 2_600), waitsForReady: prng.chance(0.85) };
  }
  const moment = prng.pick(['before', 'after', 'torn'] as const);
  if (kind === 'witness' || prng.chance(0.15)) {
    // A witness replaces whole files; so does a log for its segments, its tiles and its checkpoint.
    const nth = prng.between(1, kind === 'witness' ? 40 : 12);
    return { manner: 'planned', death: { operation: 'replace', moment: moment === 'torn' ? 'before' : moment, nth } };
  }
  const nth = prng.between(1, 100);
  return moment === 'torn'
    ? { manner: 'planned', death: { operation: 'sync', moment, nth, fraction: prng.below(1000) / 1000 } }
    : { manner: 'planned', death: { operation: prng.pick(['sync', 'append'] as const), moment, nth } };
}

export function describeFate(fate: Fate): string {
  if (fate.manner === 'signal') return `kill -9 after ${fate.afterMs} ms`;
  const { operation, moment, nth } = fate.death;
  return `dies ${moment} ${operation} ${nth ?? 1}`;
}
