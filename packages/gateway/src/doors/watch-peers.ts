/**
 * Looks regularly at the published heads of the logs this gateway has met, and at the heads that other gateways hold of
 * them (PROTOCOL 13): a peer that shows the public, or anybody else, another tree than it showed here is found out, by
 * both who were shown. The age of its newest witnessed head is learnt on the way.
 */
import type { Clock } from '@minben/ports';
import type { GatewayCore } from '../core/open-core.ts';
import type { PeerTiles } from '../peer-tiles.ts';

const EVERY_MS = 5_000;
/** Other gateways asked in one round, in turn: the cost stays the same however large the nation is. */
const ASKED_PER_ROUND = 8;

export interface WatchMeans {
  readonly core: GatewayCore;
  readonly tiles: PeerTiles;
  readonly clock: Clock;
}

/** The returned function ends it. */
export function watchPeers({ core, tiles, clock }: WatchMeans): () => void {
  let isStopped = false;
  let turn = 0;

  /** Those of the same member first: what one of them saw concerns the other most. */
  const others = (): string[] => {
    const bundle = core.bundles.current()?.bundle;
    const self = core.self();
    if (bundle === undefined || self === undefined) return [];
    const ids = bundle.gateways.filter(({ id, revoked }) => id !== self.id && revoked === undefined);
    const own = ids.filter(({ member }) => member === self.member).map(({ id }) => id);
    const rest = ids.filter(({ member }) => member !== self.member).map(({ id }) => id);
    const start = rest.length === 0 ? 0 : (turn * ASKED_PER_ROUND) % rest.length;
    turn += 1;
    return [...own, ...rest.slice(start), ...rest.slice(0, start)].slice(0, ASKED_PER_ROUND);
  };
  const compare = async (origin: string, gateway: string): Promise<void> => {
    const held = await tiles.heldBy(gateway, origin);
    if (held !== undefined) core.heads.observe(held);
  };
  const look = async (origin: string): Promise<void> => {
    const { head, witnessedAt } = await tiles.published(origin);
    if (witnessedAt !== undefined) core.ages.note(origin, witnessedAt);
    core.heads.observe(head);
  };
  const round = (): void => {
    if (isStopped) return;
    // A log that cannot be reached now is looked at next time; nothing depends on one round.
    const asked = others();
    const looks = core.heads
      .origins()
      .flatMap((origin) => [look(origin), ...asked.map((gateway) => compare(origin, gateway))])
      .map((looking) => looking.catch(() => undefined));
    void Promise.all(looks).then(() => clock.after(EVERY_MS, round));
  };
  clock.after(EVERY_MS, round);
  return () => {
    isStopped = true;
  };
}
