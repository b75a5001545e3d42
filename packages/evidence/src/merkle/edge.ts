/**
 * The right edge of a tree at one size: for each height the hash of the rightmost, possibly incomplete
 * subtree. With it, a path from any leaf whose tiles are at hand costs no hashing at all.
 */
import type { Hash } from '../contract.ts';
import { EMPTY_ROOT, HASH_BYTES, writeNodeHash } from './hash.ts';
import { innerOffset, TILE_HEIGHT, TILE_WIDTH, type Tile } from './tile.ts';

export class Edge {
  readonly size: number;
  readonly root: Hash;
  /** Height of the largest complete subtree at the very end; below it nothing is incomplete. */
  readonly #lowest: number;
  /** From `#lowest` upwards: MTH of the leaves from the rightmost multiple of 2^height below `size`. */
  readonly #rightmost: readonly Hash[];

  constructor(size: number, node: (height: number, index: number) => Hash | undefined) {
    this.size = size;
    const rightmost: Hash[] = [];
    let lowest = 0;
    let last = size - 1;
    while (last > 0 && last % 2 === 1) {
      last = (last - 1) / 2;
      lowest += 1;
    }
    if (size > 0) {
      // One edge for every batch: its hashes share one buffer and come by the fast path.
      const hashes = Buffer.allocUnsafe(HASH_BYTES * (1 + Math.ceil(Math.log2(last + 1))));
      let hash = hashes.subarray(0, HASH_BYTES);
      hash.set(demand(node(lowest, last)));
      rightmost.push(hash);
      let used = HASH_BYTES;
      for (let height = lowest; last > 0; height++) {
        if (last % 2 === 1) {
          writeNodeHash(hashes, used, demand(node(height, last - 1)), hash);
          hash = hashes.subarray(used, used + HASH_BYTES);
          used += HASH_BYTES;
        }
        rightmost.push(hash);
        last = Math.floor(last / 2);
      }
    }
    this.#lowest = lowest;
    this.#rightmost = rightmost;
    this.root = rightmost.at(-1) ?? EMPTY_ROOT;
  }

  /**
   * The inclusion path of a leaf in this tree. `spine` holds the tile of each level above the leaf, as
   * the tree had it when the leaf was appended; tiles only gain hashes, so it may be kept for later.
   */
  inclusionPath(index: number, spine: readonly Tile[]): Hash[] {
    if (index < 0 || index >= this.size) throw new RangeError(`no leaf ${index} in a tree of ${this.size}`);
    const path: Hash[] = [];
    let node = index;
    let last = this.size - 1;
    for (let height = 0; last > 0; height++) {
      const sibling = node % 2 === 1 ? node - 1 : node + 1;
      if (sibling < last) path.push(readNode(spine, height, sibling));
      else if (sibling === last) path.push(this.#rightmost[height - this.#lowest] ?? readNode(spine, height, sibling));
      node = Math.floor(node / 2);
      last = Math.floor(last / 2);
    }
    return path;
  }
}

function readNode(spine: readonly Tile[], height: number, index: number): Hash {
  const tile = spine[Math.floor(height / TILE_HEIGHT)] as Tile;
  const inner = height % TILE_HEIGHT;
  const position = index - tile.number * (TILE_WIDTH >> inner);
  if (position < 0 || position >= TILE_WIDTH >> inner)
    throw new RangeError(`the spine does not hold node ${height}/${index}`);
  const offset = innerOffset(inner, position);
  return Buffer.from(tile.nodes.subarray(offset, offset + HASH_BYTES));
}

function demand(hash: Hash | undefined): Hash {
  if (hash === undefined) throw new Error('the right edge is not in memory');
  return hash;
}
