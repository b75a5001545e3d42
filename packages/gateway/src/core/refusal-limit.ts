/** Refusals are entries of the log, up to a rate: a peer must not be able to fill a disk with its own mistakes (PROTOCOL 18). */
import type { Clock } from '@minben/ports';

/** Refusals towards one peer that become entries, per second; the others are counted. */
const LOGGED_REFUSALS_PER_SECOND = 50;

/** Counts a peer's refusals within one second; beyond the limit they are no longer entries (PROTOCOL 18). */
export function createRefusalLimit(clock: Clock): (peer: string) => boolean {
  const counts = new Map<string, number>();
  let second = 0;
  return (peer) => {
    const now = Math.floor(clock.monotonic() / 1000);
    if (now !== second) {
      counts.clear();
      second = now;
    }
    const count = (counts.get(peer) ?? 0) + 1;
    counts.set(peer, count);
    return count <= LOGGED_REFUSALS_PER_SECOND;
  };
}
