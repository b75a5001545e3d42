/**
 * Looks regularly at the published heads of the logs this gateway has met (PROTOCOL 13): a peer that shows the public
 * another tree than it showed here is found out, and the age of its newest witnessed head is known.
 */
import type { Clock } from '@minben/ports';
import type { GatewayCore } from '../core/open-core.ts';
import type { PeerTiles } from '../peer-tiles.ts';

const EVERY_MS = 5_000;

export interface WatchMeans {
  readonly core: GatewayCore;
  readonly tiles: PeerTiles;
  readonly clock: Clock;
}

/** The returned function ends it. */
export function watchPeers({ core, tiles, clock }: WatchMeans): () => void {
  let isStopped = false;

  const look = async (origin: string): Promise<void> => {
    const { head, witnessedAt } = await tiles.published(origin);
    if (witnessedAt !== undefined) core.ages.note(origin, witnessedAt);
    core.heads.observe(head);
  };
  const round = (): void => {
    if (isStopped) return;
    // A log that cannot be reached now is looked at next time; nothing depends on one round.
    const looks = core.heads.origins().map((origin) => look(origin).catch(() => undefined));
    void Promise.all(looks).then(() => clock.after(EVERY_MS, round));
  };
  clock.after(EVERY_MS, round);
  return () => {
    isStopped = true;
  };
}
