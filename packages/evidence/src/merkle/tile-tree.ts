/**
 * An append-only RFC 6962 tree over 32-byte entries. The right edge is always in memory, so that an
 * append costs one leaf hash and on average one node hash, and so do paths for a recent leaf to the
 * newest head. Older nodes come from full tiles, each verified against its parent before it is believed.
 */
import type { Hash } from '../contract.ts';
import { Edge } from './edge.ts';
import { HASH_BYTES, hashNode, sameHash, writeEntryHash } from './hash.ts';
import { type LeafRange, type NodePlace, nodesOfRange, planConsistency, planInclusion } from './plan.ts';
import { RecentTiles } from './recent-tiles.ts';
import {
  completeInnerLevels,
  createTile,
  expandTile,
  hashesAtLevel,
  innerOffset,
  placeInTile,
  TILE_HEIGHT,
  TILE_LEVELS,
  TILE_WIDTH,
  type Tile,
  widthInTree,
  writeTileRoot,
} from './tile.ts';

/** Bytes of a full tile (8,192) or undefined when there is none. May reject. */
export type TileSource = (level: number, number: number) => Promise<Uint8Array | undefined>;

/** A tile that is missing, short, or does not hash to what its parent says. */
export class DamagedTile extends Error {
  readonly level: number;
  readonly number: number;
  constructor(level: number, number: number) {
    super(`tile ${level}/${number} is missing or damaged`);
    this.name = 'DamagedTile';
    this.level = level;
    this.number = number;
  }
}

/** What is needed to go on with a tree: the hashes of each level's partial tile, and (to append) the entries of the level-0 one. */
export interface TreeEdge {
  readonly size: number;
  readonly levels: readonly Uint8Array[];
  readonly entries: Uint8Array | undefined;
}

export class TileTree {
  readonly #source: TileSource;
  readonly #tiles: RecentTiles;
  readonly #loading = new Map<string, Promise<Tile>>();
  #spine: readonly Tile[];
  #size = 0;

  constructor(source: TileSource, options: { readonly recentTiles?: number; readonly from?: TreeEdge } = {}) {
    this.#source = source;
    this.#tiles = new RecentTiles(options.recentTiles ?? 256);
    const from = options.from ?? { size: 0, levels: [], entries: undefined };
    this.#size = from.size;
    this.#spine = Array.from({ length: TILE_LEVELS }, (_, level) => restoreEdgeTile(level, from));
  }

  get size(): number {
    return this.#size;
  }

  /** The partial tile of each level. The array is replaced, never changed, when one of them is full. */
  get spine(): readonly Tile[] {
    return this.#spine;
  }

  /** Appends an entry (32 bytes) and answers its index. */
  append(entry: Hash): number {
    if (entry.length !== HASH_BYTES) throw new TypeError('an entry is 32 bytes');
    const tile = this.#spine[0] as Tile;
    const offset = tile.width * HASH_BYTES;
    tile.entries?.set(entry, offset);
    writeEntryHash(tile.nodes, offset, entry);
    if (completeInnerLevels(tile)) this.#rollOver(tile);
    return this.#size++;
  }

  #rollOver(full: Tile): void {
    this.#tiles.pin(full);
    const spine = [...this.#spine];
    spine[full.level] = createTile(full.level, full.number + 1, true);
    this.#spine = spine;
    const above = spine[full.level + 1];
    if (above === undefined) throw new RangeError('the tree is full');
    writeTileRoot(above.nodes, above.width * HASH_BYTES, full);
    if (completeInnerLevels(above)) this.#rollOver(above);
  }

  /** Root and incomplete right subtrees of the tree as it stands now. */
  edge(): Edge {
    return new Edge(this.#size, (height, index) => this.node({ height, index }));
  }

  /** The tile, when it is in memory. */
  tile(level: number, number: number): Tile | undefined {
    const edge = this.#spine[level];
    return edge !== undefined && edge.number === number ? edge : this.#tiles.get(level, number);
  }

  /** Tiles that end at or before `size` are on the disk: memory need not hold them. */
  release(from: number, size: number): void {
    for (let level = 0; level < TILE_LEVELS; level++) {
      const end = Math.floor(hashesAtLevel(size, level) / TILE_WIDTH);
      for (let number = Math.floor(hashesAtLevel(from, level) / TILE_WIDTH); number < end; number++) {
        this.#tiles.release(level, number);
      }
    }
  }

  /** What a new process needs to go on from `size`, which must not be older than the tiles in memory. */
  edgeAt(size: number): TreeEdge & { readonly entries: Uint8Array } {
    const levels: Uint8Array[] = [];
    let entries: Uint8Array = new Uint8Array();
    for (let level = 0; level < TILE_LEVELS && hashesAtLevel(size, level) > 0; level++) {
      const number = Math.floor(hashesAtLevel(size, level) / TILE_WIDTH);
      const width = widthInTree(size, level, number);
      const tile = this.tile(level, number);
      if (tile === undefined) throw new RangeError(`no tile ${level}/${number} in memory`);
      levels.push(Buffer.from(tile.nodes.subarray(0, width * HASH_BYTES)));
      if (level === 0) entries = Buffer.from((tile.entries as Buffer).subarray(0, width * HASH_BYTES));
    }
    return { size, levels, entries };
  }

  /** The hash of a complete subtree, when its tile is in memory. A view: copy what outlives the call. */
  node(place: NodePlace): Hash | undefined {
    const { level, number, inner, position } = placeInTile(place);
    const tile = this.tile(level, number);
    if (tile === undefined || (position + 1) * 2 ** inner > tile.width) return undefined;
    const offset = innerOffset(inner, position);
    return tile.nodes.subarray(offset, offset + HASH_BYTES);
  }

  async inclusionPath(index: number, size: number): Promise<Hash[]> {
    return await this.#evaluate(planInclusion(index, size), size);
  }

  async consistencyPath(from: number, to: number): Promise<Hash[]> {
    return await this.#evaluate(planConsistency(from, to), to);
  }

  async rootAt(size: number): Promise<Hash> {
    if (size === 0) return new Edge(0, () => undefined).root;
    const [root] = await this.#evaluate([{ start: 0, end: size }], size);
    return root as Hash;
  }

  /** A full tile from memory or from the source, verified against its parent. Rejects with DamagedTile. */
  async fullTile(level: number, number: number): Promise<Tile> {
    const known = this.tile(level, number);
    if (known !== undefined && known.width === TILE_WIDTH) return known;
    const key = `${level}/${number}`;
    const underWay = this.#loading.get(key);
    if (underWay !== undefined) return await underWay;
    const load = this.#load(level, number).finally(() => this.#loading.delete(key));
    this.#loading.set(key, load);
    return await load;
  }

  async #load(level: number, number: number): Promise<Tile> {
    if (widthInTree(this.#size, level, number) < TILE_WIDTH)
      throw new RangeError(`tile ${level}/${number} is not full`);
    const bytes = await this.#source(level, number);
    if (bytes === undefined || bytes.length !== TILE_WIDTH * HASH_BYTES) throw new DamagedTile(level, number);
    const tile = expandTile(level, number, bytes);
    const root = Buffer.allocUnsafe(HASH_BYTES);
    writeTileRoot(root, 0, tile);
    const expected = await this.#loadNode({ height: TILE_HEIGHT * (level + 1), index: number });
    if (!sameHash(root, expected)) throw new DamagedTile(level, number);
    this.#tiles.keep(tile);
    return tile;
  }

  async #loadNode(place: NodePlace): Promise<Hash> {
    const known = this.node(place);
    if (known !== undefined) return known;
    const { level, number, inner, position } = placeInTile(place);
    const { nodes } = await this.fullTile(level, number);
    const offset = innerOffset(inner, position);
    return nodes.subarray(offset, offset + HASH_BYTES);
  }

  async #evaluate(ranges: readonly LeafRange[], size: number): Promise<Hash[]> {
    if (size > this.#size) throw new RangeError(`no such tree yet: ${size} leaves`);
    return await Promise.all(
      ranges.map(async (range) => {
        const hashes = await Promise.all(nodesOfRange(range).map((place) => this.#loadNode(place)));
        return Buffer.from(hashes.reduceRight((right, left) => hashNode(left, right)));
      }),
    );
  }
}

function restoreEdgeTile(level: number, from: TreeEdge): Tile {
  const number = Math.floor(hashesAtLevel(from.size, level) / TILE_WIDTH);
  const tile = createTile(level, number, from.size === 0 || from.entries !== undefined);
  const hashes = from.levels[level] ?? new Uint8Array();
  if (hashes.length !== widthInTree(from.size, level, tile.number) * HASH_BYTES)
    throw new RangeError('the edge does not fit its size');
  if (level === 0 && from.entries !== undefined && from.entries.length !== hashes.length) {
    throw new RangeError('the edge lacks its entries');
  }
  tile.nodes.set(hashes);
  while (tile.width * HASH_BYTES < hashes.length) completeInnerLevels(tile);
  if (level === 0 && from.entries !== undefined) tile.entries?.set(from.entries);
  return tile;
}
