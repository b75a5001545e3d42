/**
 * What this gateway knows of its peers' logs (PROTOCOL 13). Every head on which a message was accepted is proven
 * consistent with all others of that log: by a path the peer carried, or from the peer's own tiles within ten
 * seconds. A peer that showed two trees is frozen, durably, and both heads are published.
 */
import { type Hash, type SignedHead, verifyConsistency } from '@minben/evidence';
import type { HeadStanding } from '@minben/exchange';
import type { Clock } from '@minben/ports';

/** How long a head may stand without proof. */
export const PROOF_WINDOW_MS = 10_000;
const RETRY_MS = 1_000;
/** Proven heads remembered per peer; an older one is proven anew from tiles. */
const REMEMBERED = 4_096;
/** How many of them may tie a published tree to what was seen before. */
const ANCHORS = 8;
/** Heads that may wait for proof at once; a peer with more is refused until some are proven. */
const MAXIMUM_PENDING = 1_024;

/** Two signed heads of one log that no single tree contains. */
export interface Conflict {
  readonly origin: string;
  readonly first: string;
  readonly second: string;
}

/** Roots of another log at given sizes, computed from its public tiles under a checkpoint that its key signed. */
export interface TileWitness {
  /** Roots of those `sizes` that are published, undefined for the others. Rejects while the public port cannot be reached. */
  rootsAt(
    origin: string,
    sizes: readonly number[],
  ): Promise<{ readonly published: SignedHead; readonly roots: readonly (Hash | undefined)[] }>;
}

export interface HeadKeeper {
  /** Takes note of a head whose signature was checked. */
  observe(head: SignedHead, carried?: { readonly from: number; readonly path: readonly Hash[] }): void;
  standing(head: SignedHead): HeadStanding;
  /** Largest proven head of a log. */
  newest(origin: string): SignedHead | undefined;
  isFrozen(origin: string): boolean;
  conflicts(): readonly Conflict[];
  origins(): readonly string[];
  /** Heads that wait for their proof. */
  pending(): readonly SignedHead[];
  /** For replay: what was durable before. */
  restoreHead(head: SignedHead): void;
  restoreConflict(conflict: Conflict): void;
}

interface PeerLog {
  newest: SignedHead;
  /** Size → root of heads proven to be one tree. */
  readonly proven: Map<number, Hash>;
  readonly pending: Map<number, { readonly head: SignedHead; readonly deadline: number }>;
  isProving: boolean;
}

export interface HeadKeeperMeans {
  readonly clock: Clock;
  readonly tiles: TileWitness;
  /** Makes a conflict durable. */
  onConflict(conflict: Conflict): void;
  /** A larger head was proven; it need not be durable at once, an older one is as good an anchor. */
  onAdvance(head: SignedHead): void;
}

export function createHeadKeeper({ clock, tiles, onConflict, onAdvance }: HeadKeeperMeans): HeadKeeper {
  const logs = new Map<string, PeerLog>();
  const frozen = new Map<string, Conflict>();

  const freeze = (first: SignedHead, second: SignedHead): void => {
    if (frozen.has(first.origin)) return;
    const conflict = { origin: first.origin, first: first.checkpoint, second: second.checkpoint };
    frozen.set(first.origin, conflict);
    onConflict(conflict);
  };

  const accept = (log: PeerLog, head: SignedHead): void => {
    log.pending.delete(head.size);
    log.proven.set(head.size, head.root);
    if (log.proven.size > REMEMBERED) log.proven.delete(log.proven.keys().next().value as number);
    if (head.size <= log.newest.size) return;
    log.newest = head;
    onAdvance(head);
  };

  const isCarried = (log: PeerLog, head: SignedHead, carried: { from: number; path: readonly Hash[] }): boolean => {
    const root = log.proven.get(carried.from);
    if (root === undefined || carried.from > head.size) return false;
    return verifyConsistency({ size: carried.from, root }, head, carried.path);
  };

  /** Proves all pending heads of a log from its tiles; a root that differs from a signed one is the conflict itself. */
  const proveFromTiles = async (origin: string, log: PeerLog): Promise<void> => {
    const heads = [...log.pending.values()].map(({ head }) => head);
    // A busy peer's newest heads are not published yet: what is published ties the others to an older proven one.
    const proven = [...log.proven];
    const anchors = [...proven.slice(0, 1), ...proven.slice(-ANCHORS)];
    const sizes = [...anchors.map(([size]) => size), ...heads.map(({ size }) => size)];
    const { published, roots } = await tiles.rootsAt(origin, sizes);
    const anchorRoots = roots.slice(0, anchors.length);
    if (anchorRoots.every((root) => root === undefined)) throw new Error('no proven head is published');
    for (const [i, [, root]] of anchors.entries()) {
      const found = anchorRoots[i];
      if (found !== undefined && !isSame(found, root)) return freeze(log.newest, published);
    }
    heads.forEach((head, i) => {
      const found = roots[anchors.length + i];
      if (found === undefined) return;
      if (isSame(found, head.root)) accept(log, head);
      else freeze(head, published);
    });
    if (!frozen.has(origin)) accept(log, published);
  };

  const keepProving = (origin: string, log: PeerLog): void => {
    if (log.isProving) return;
    log.isProving = true;
    const again = (): void => {
      if (log.pending.size === 0 || frozen.has(origin)) {
        log.isProving = false;
        return;
      }
      proveFromTiles(origin, log).then(
        () => clock.after(RETRY_MS, again),
        () => clock.after(RETRY_MS, again),
      );
    };
    again();
  };

  return {
    observe(head, carried) {
      const log = logs.get(head.origin);
      if (log === undefined) {
        logs.set(head.origin, {
          newest: head,
          proven: new Map([[head.size, head.root]]),
          pending: new Map(),
          isProving: false,
        });
        onAdvance(head);
        return;
      }
      const known = log.proven.get(head.size) ?? log.pending.get(head.size)?.head.root;
      if (known !== undefined) {
        if (!isSame(known, head.root)) freeze(log.pending.get(head.size)?.head ?? log.newest, head);
        return;
      }
      if (carried !== undefined && isCarried(log, head, carried)) return accept(log, head);
      if (log.pending.size >= MAXIMUM_PENDING) return;
      log.pending.set(head.size, { head, deadline: clock.monotonic() + PROOF_WINDOW_MS });
      keepProving(head.origin, log);
    },
    standing(head) {
      if (frozen.has(head.origin)) return 'conflict';
      const log = logs.get(head.origin);
      if (log === undefined) return 'unproven';
      const now = clock.monotonic();
      for (const { deadline } of log.pending.values()) if (now > deadline) return 'unproven';
      const proven = log.proven.get(head.size);
      if (proven !== undefined) return isSame(proven, head.root) ? 'consistent' : 'conflict';
      return log.pending.has(head.size) ? 'pending' : 'unproven';
    },
    newest: (origin) => logs.get(origin)?.newest,
    isFrozen: (origin) => frozen.has(origin),
    conflicts: () => [...frozen.values()],
    origins: () => [...logs.keys()],
    pending: () => [...logs.values()].flatMap((log) => [...log.pending.values()].map(({ head }) => head)),
    restoreHead(head) {
      const log = logs.get(head.origin);
      if (log !== undefined) accept(log, head);
      else
        logs.set(head.origin, {
          newest: head,
          proven: new Map([[head.size, head.root]]),
          pending: new Map(),
          isProving: false,
        });
    },
    restoreConflict: (conflict) => void frozen.set(conflict.origin, conflict),
  };
}

function isSame(a: Hash | undefined, b: Hash): boolean {
  return a !== undefined && Buffer.compare(a, b) === 0;
}
