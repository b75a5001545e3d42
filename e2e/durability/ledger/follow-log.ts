/**
 * Follows a log from outside, as a monitor does: takes every entry of its public bundles once, computes the root at
 * every size itself, and holds every head that anyone was ever shown against these roots. So a log that lost, changed
 * or moved an entry cannot agree with what it had shown before.
 */
import {
  EMPTY_ROOT,
  formatTilePath,
  hashLeaf,
  hashNode,
  TILE_WIDTH,
  type VerifierKey,
  verifyCheckpoint,
} from '@minben/evidence';
import type { Network } from '@minben/ports';
import type { HeadBook } from './heads.ts';
import type { Violations } from './violations.ts';

export interface LogFollower {
  readonly origin: string;
  readonly size: number;
  /** Whether an entry (hex) stands in the log as far as it was followed. */
  has(entry: string): boolean;
  /** Takes what is new; rejects when the log cannot be reached or its bundles and checkpoint do not agree yet. */
  follow(): Promise<void>;
  /** Says which seen heads are not heads of these entries. Those beyond the end count as lost when `isFinal`. */
  compare(isFinal: boolean): void;
}

const TIMEOUT_MS = 5_000;
const ENTRY_BYTES = 34;

export function followLog(
  key: VerifierKey,
  tilesUrl: string,
  network: Network,
  book: HeadBook,
  violations: Violations,
): LogFollower {
  const origin = key.name;
  const entries = new Set<string>();
  const roots: string[] = [Buffer.from(EMPTY_ROOT).toString('hex')];
  const compared = new Set<number>();
  /** Roots of the perfect trees that the leaves so far make, largest first, with their heights. */
  const peaks: { height: number; hash: Uint8Array }[] = [];
  let published = 0;

  const take = (entry: Buffer): void => {
    entries.add(entry.toString('hex'));
    peaks.push({ height: 0, hash: hashLeaf(entry) });
    for (;;) {
      const [left, right] = peaks.slice(-2);
      if (left === undefined || right === undefined || left.height !== right.height) break;
      peaks.splice(-2, 2, { height: left.height + 1, hash: hashNode(left.hash, right.hash) });
    }
    const root = peaks.reduceRight<Uint8Array | undefined>(
      (right, { hash }) => (right === undefined ? hash : hashNode(hash, right)),
      undefined,
    );
    roots.push(Buffer.from(root ?? EMPTY_ROOT).toString('hex'));
  };

  const fetch = async (path: string): Promise<Buffer> => {
    const answer = await network.request({ method: 'GET', url: `${tilesUrl}/${path}`, timeoutMs: TIMEOUT_MS });
    if (answer.status !== 200) throw new Error(`${origin}: ${path} was answered with ${answer.status}`);
    return Buffer.from(answer.body);
  };

  const fetchEntries = async (size: number): Promise<void> => {
    while (roots.length - 1 < size) {
      const have = roots.length - 1;
      const number = Math.floor(have / TILE_WIDTH);
      const width = Math.min(TILE_WIDTH, size - number * TILE_WIDTH);
      const bundle = await fetch(formatTilePath('entries', number, width));
      if (bundle.length !== width * ENTRY_BYTES) throw new Error(`${origin}: a bundle of another width`);
      for (let at = have - number * TILE_WIDTH; at < width; at += 1)
        take(bundle.subarray(at * ENTRY_BYTES + 2, (at + 1) * ENTRY_BYTES));
    }
  };

  return {
    origin,
    get size() {
      return roots.length - 1;
    },
    has: (entry) => entries.has(entry),
    async follow() {
      const before = published;
      const checkpoint = (await fetch('checkpoint')).toString();
      const head = verifyCheckpoint(checkpoint, key);
      if (!head.ok || !book.saw(checkpoint, 'published')) throw new Error(`${origin}: no checkpoint of this log`);
      if (head.value.size < before)
        violations.add('went-back', `${origin} publishes size ${head.value.size} after ${before}`);
      published = Math.max(published, head.value.size);
      await fetchEntries(head.value.size);
      this.compare(false);
    },
    compare(isFinal) {
      for (const { size, root, where } of book.of(origin).values()) {
        if (compared.has(size)) continue;
        const own = roots[size];
        if (own === undefined) {
          if (isFinal) violations.add('lost', `${origin} ends at ${roots.length - 1}; ${where} had shown ${size}`);
          continue;
        }
        compared.add(size);
        if (own !== root) violations.add('went-back', `${origin} at size ${size} is not what ${where} had shown`);
      }
    },
  };
}
