/**
 * Reads another log through its tiles (C2SP tlog-tiles). Nothing that is fetched is believed: the right edge
 * must hash to the root of a head that the caller has verified, and every full tile to its parent.
 */
import type { Network } from '@minben/ports';
import type { Hash } from './contract.ts';
import {
  DamagedTile,
  formatTilePath,
  HASH_BYTES,
  hashesAtLevel,
  sameHash,
  TILE_WIDTH,
  TileTree,
} from './merkle/index.ts';

/** Bytes of a tile of this width (32 each), or undefined when there is none. May reject. */
export type TileFetch = (level: number, number: number, width: number) => Promise<Uint8Array | undefined>;

export interface TileReader {
  readonly size: number;
  readonly root: Hash;
  /** Each rejects with DamagedTile when a tile is missing or does not verify, RangeError beyond the head. */
  inclusionPath(index: number, size: number): Promise<Hash[]>;
  consistencyPath(from: number, to: number): Promise<Hash[]>;
  rootAt(size: number): Promise<Hash>;
}

/** Fetches the right edge of the tree under a verified head. Rejects with DamagedTile when it is not that head's. */
export async function openTileReader(
  head: { readonly size: number; readonly root: Hash },
  fetchTile: TileFetch,
): Promise<TileReader> {
  const levels: Promise<Uint8Array>[] = [];
  for (let level = 0; hashesAtLevel(head.size, level) > 0; level++)
    levels.push(fetchEdge(fetchTile, level, hashesAtLevel(head.size, level)));
  const from = { size: head.size, levels: await Promise.all(levels), entries: undefined };
  const tree = new TileTree((level, number) => fetchTile(level, number, TILE_WIDTH), { from });
  if (!sameHash(tree.edge().root, head.root)) throw new DamagedTile(0, Math.floor(head.size / TILE_WIDTH));
  return {
    size: head.size,
    root: head.root,
    inclusionPath: (index, size) => tree.inclusionPath(index, size),
    consistencyPath: (older, newer) => tree.consistencyPath(older, newer),
    rootAt: (size) => tree.rootAt(size),
  };
}

async function fetchEdge(fetchTile: TileFetch, level: number, count: number): Promise<Uint8Array> {
  const number = Math.floor(count / TILE_WIDTH);
  const width = count % TILE_WIDTH;
  if (width === 0) return new Uint8Array();
  // A log may drop a partial tile once the full one is there (C2SP tlog-tiles, partial tiles).
  const tile =
    (await fetchTile(level, number, width)) ??
    (await fetchTile(level, number, TILE_WIDTH))?.subarray(0, width * HASH_BYTES);
  if (tile === undefined || tile.length !== width * HASH_BYTES) throw new DamagedTile(level, number);
  return tile;
}

/** Tiles under a public address (without a slash at the end). Rejects with NetworkError, or when the answer is neither a tile nor 404. */
export function fetchTilesFrom(network: Network, publicUrl: string, timeoutMs: number): TileFetch {
  return async (level, number, width) => {
    const url = `${publicUrl}/${formatTilePath(level, number, width)}`;
    const { status, body } = await network.request({
      method: 'GET',
      url,
      timeoutMs,
      maximumBytes: TILE_WIDTH * HASH_BYTES,
    });
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`a tile was answered with ${status}`);
    return body;
  };
}
