/**
 * C2SP tlog-tiles: where a node of the tree lies, how tiles are named, and a tile with the inner levels
 * that its 256 hashes imply.
 */
import { HASH_BYTES, writeParentHash } from './hash.ts';
import type { NodePlace } from './plan.ts';

export const TILE_WIDTH = 256;
export const TILE_HEIGHT = 8;
/** Seven levels of tiles hold 2^56 leaves: more than a safe integer can count. */
export const TILE_LEVELS = 7;

/** Byte offset of each inner level in a tile's nodes: 256 hashes, then 128, … then 2. */
const INNER_OFFSETS: readonly number[] = [0, 256, 384, 448, 480, 496, 504, 508].map((count) => count * HASH_BYTES);
const INNER_BYTES = 510 * HASH_BYTES;

/** A tile in memory. `nodes` only ever gains hashes, so views into it stay valid. */
export interface Tile {
  readonly level: number;
  readonly number: number;
  readonly nodes: Buffer;
  /** The 32-byte entries themselves; only at level 0, and only when this process appended or replayed them. */
  readonly entries: Buffer | undefined;
  width: number;
}

export interface TileCoordinate {
  readonly level: number;
  readonly number: number;
  /** 256 = full. */
  readonly width: number;
}

export function createTile(level: number, number: number, withEntries: boolean): Tile {
  const entries = withEntries && level === 0 ? Buffer.allocUnsafeSlow(TILE_WIDTH * HASH_BYTES) : undefined;
  return { level, number, nodes: Buffer.allocUnsafeSlow(INNER_BYTES), entries, width: 0 };
}

/**
 * Completes the inner levels after the hash at position `width` was written to the tile, and counts it.
 * Answers true when the tile has just become full: then its root is the parent of its last two inner nodes.
 */
export function completeInnerLevels(tile: Tile): boolean {
  let position = tile.width++;
  let inner = 0;
  while (position % 2 === 1) {
    if (inner === TILE_HEIGHT - 1) return true;
    const children = innerOffset(inner, position - 1);
    inner += 1;
    position = (position - 1) / 2;
    writeParentHash(tile.nodes, innerOffset(inner, position), tile.nodes, children);
  }
  return false;
}

/** Writes the root of a full tile to `target`. */
export function writeTileRoot(target: Buffer, offset: number, tile: Tile): void {
  writeParentHash(target, offset, tile.nodes, innerOffset(TILE_HEIGHT - 1, 0));
}

/** Byte offset in `nodes` of the node at inner height 0…7 and a position within the tile. */
export function innerOffset(inner: number, position: number): number {
  return (INNER_OFFSETS[inner] as number) + position * HASH_BYTES;
}

/** Builds a tile from the bytes of a tile file. The number of bytes gives its width. */
export function expandTile(level: number, number: number, hashes: Uint8Array): Tile {
  const tile = createTile(level, number, false);
  for (let offset = 0; offset < hashes.length; offset += HASH_BYTES) {
    tile.nodes.set(hashes.subarray(offset, offset + HASH_BYTES), offset);
    completeInnerLevels(tile);
  }
  return tile;
}

/** Tile level and number, inner height and position of a node. */
export function placeInTile(node: NodePlace): { level: number; number: number; inner: number; position: number } {
  const level = Math.floor(node.height / TILE_HEIGHT);
  const inner = node.height % TILE_HEIGHT;
  const perTile = 2 ** (TILE_HEIGHT - inner);
  const number = Math.floor(node.index / perTile);
  return { level, number, inner, position: node.index - number * perTile };
}

/** Hashes at a level in a tree of `size`: floor(size / 256^level). */
export function hashesAtLevel(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}

/** Width of tile `number` of `level` in a tree of `size`; 0 when it does not exist there. */
export function widthInTree(size: number, level: number, number: number): number {
  return Math.max(0, Math.min(TILE_WIDTH, hashesAtLevel(size, level) - number * TILE_WIDTH));
}

/** Every tile that a tree of `size` adds or changes over a tree of `from` leaves; partial ones last at each level. */
export function tilesBetween(from: number, size: number): TileCoordinate[] {
  const tiles: TileCoordinate[] = [];
  for (let level = 0; level < TILE_LEVELS; level++) {
    const count = hashesAtLevel(size, level);
    const before = hashesAtLevel(from, level);
    if (count === before) break;
    for (let number = Math.floor(before / TILE_WIDTH); number * TILE_WIDTH < count; number++) {
      tiles.push({ level, number, width: widthInTree(size, level, number) });
    }
  }
  return tiles;
}

/** `x001/x234/067` */
export function formatTileNumber(number: number): string {
  const digits = String(number);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) as string[];
  return groups.map((group, position) => (position < groups.length - 1 ? `x${group}` : group)).join('/');
}

/** `tile/0/x001/067.p/12`, or `tile/entries/…` for an entry bundle. */
export function formatTilePath(level: number | 'entries', number: number, width: number): string {
  const suffix = width === TILE_WIDTH ? '' : `.p/${width}`;
  return `tile/${level}/${formatTileNumber(number)}${suffix}`;
}

const TILE_PATH = /^tile\/(entries|0|[1-9]|[1-5][0-9]|6[0-3])\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/** The inverse of formatTilePath: one spelling for each tile, undefined for every other text. */
export function parseTilePath(path: string): { level: number | 'entries'; number: number; width: number } | undefined {
  const match = TILE_PATH.exec(path);
  if (match === null) return undefined;
  const number = Number((match[2] as string).replace(/[x/]/g, ''));
  const width = match[3] === undefined ? TILE_WIDTH : Number(match[3]);
  if (!Number.isSafeInteger(number) || (match[3] !== undefined && width >= TILE_WIDTH)) return undefined;
  if (formatTileNumber(number) !== match[2]) return undefined;
  return { level: match[1] === 'entries' ? 'entries' : Number(match[1]), number, width };
}
