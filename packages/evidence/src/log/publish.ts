/**
 * The public side of a log: tiles, entry bundles and the checkpoint as files (C2SP tlog-tiles), derived
 * from the journal. Files never change; the checkpoint comes last, so what it needs is always there. Tiles wait for
 * their sync until the journal forgets the leaves they are made of; after a crash they are made anew from the journal.
 */
import type { Disk } from '@minben/ports';
import type { SignedHead } from '../contract.ts';
import {
  formatTilePath,
  HASH_BYTES,
  hashesAtLevel,
  TILE_WIDTH,
  type Tile,
  type TileSource,
  type TileTree,
  tilesBetween,
} from '../merkle/index.ts';

/** Each entry in a bundle has its length before it, two bytes, big-endian. */
const BUNDLE_ENTRY_BYTES = 2 + HASH_BYTES;

export function createTileSource(disk: Disk, directory: string): TileSource {
  return async (level, number) => await disk.read(`${directory}/${formatTilePath(level, number, TILE_WIDTH)}`);
}

/** The entry bundle of the first `width` entries (32 bytes each). */
export function formatBundle(entries: Uint8Array, width: number): Buffer {
  const bundle = Buffer.allocUnsafe(width * BUNDLE_ENTRY_BYTES);
  for (let position = 0; position < width; position++) {
    bundle.writeUInt16BE(HASH_BYTES, position * BUNDLE_ENTRY_BYTES);
    bundle.set(entries.subarray(position * HASH_BYTES, (position + 1) * HASH_BYTES), position * BUNDLE_ENTRY_BYTES + 2);
  }
  return bundle;
}

/** The entries of a bundle of exactly `width` 32-byte entries, one after the other; undefined for any other bytes. */
export function parseBundle(bundle: Uint8Array, width: number): Buffer | undefined {
  if (bundle.length !== width * BUNDLE_ENTRY_BYTES) return undefined;
  const entries = Buffer.allocUnsafe(width * HASH_BYTES);
  for (let position = 0; position < width; position++) {
    const start = position * BUNDLE_ENTRY_BYTES;
    if (bundle[start] !== 0 || bundle[start + 1] !== HASH_BYTES) return undefined;
    entries.set(bundle.subarray(start + 2, start + BUNDLE_ENTRY_BYTES), position * HASH_BYTES);
  }
  return entries;
}

export class Publisher {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #tree: TileTree;
  readonly #made = new Set<string>();
  /** Full tiles that nobody has synced yet. A partial one stands in the next journal segment as well. */
  #unsynced: string[] = [];
  #isFirst = true;

  constructor(disk: Disk, directory: string, tree: TileTree) {
    this.#disk = disk;
    this.#directory = directory;
    this.#tree = tree;
  }

  /** Writes everything a tree of `head.size` has over one of `from` leaves, then the checkpoint. */
  async publish(from: number, head: SignedHead): Promise<void> {
    const tiles = tilesBetween(from, head.size);
    for (const { level, number, width } of tiles) {
      const tile = this.#tree.tile(level, number);
      if (tile === undefined) throw new Error(`tile ${level}/${number} was forgotten before it was published`);
      if (level === 0)
        await this.#write(formatTilePath('entries', number, width), formatBundle(tile.entries as Buffer, width));
      await this.#write(formatTilePath(level, number, width), tile.nodes.subarray(0, width * HASH_BYTES));
    }
    await this.writeCheckpoint(head.checkpoint);
    for (const { level, number, width } of tiles) {
      // Only the tile that was last at its level can have been partial; before the first publication nobody knows.
      const wasLast = number === Math.floor(hashesAtLevel(from, level) / TILE_WIDTH);
      if (width === TILE_WIDTH && (wasLast || this.#isFirst)) await this.#removePartial(level, number);
    }
    this.#isFirst = false;
  }

  /** Makes every full tile durable that was written so far. */
  async sync(): Promise<void> {
    const paths = this.#unsynced;
    await this.#disk.derived?.sync(paths);
    this.#unsynced = this.#unsynced.slice(paths.length);
  }

  async writeCheckpoint(checkpoint: string): Promise<void> {
    await this.#disk.writeAtomically(await this.#placeOf('checkpoint'), Buffer.from(checkpoint));
  }

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    const file = await this.#placeOf(path);
    const { derived } = this.#disk;
    if (derived === undefined) return this.#disk.writeAtomically(file, bytes);
    if (!path.includes('.p/')) this.#unsynced.push(file);
    return derived.write(file, bytes);
  }

  async #placeOf(path: string): Promise<string> {
    const file = `${this.#directory}/${path}`;
    const parent = file.slice(0, file.lastIndexOf('/'));
    if (!this.#made.has(parent)) await this.#disk.makeDirectory(parent);
    this.#made.add(parent);
    return file;
  }

  /** Partial tiles may go once the full one is served. */
  async #removePartial(level: number, number: number): Promise<void> {
    for (const kind of level === 0 ? ([0, 'entries'] as const) : ([level] as const)) {
      const directory = `${this.#directory}/${formatTilePath(kind, number, TILE_WIDTH)}.p`;
      for (const name of await this.#disk.list(directory)) await this.#disk.remove(`${directory}/${name}`);
      this.#made.delete(directory);
    }
  }
}

/** A bundle from the disk, checked against the verified tile of its leaf hashes. */
export async function readBundle(
  disk: Disk,
  directory: string,
  tile: Tile,
  hashEntry: (entry: Uint8Array) => Uint8Array,
): Promise<Buffer | undefined> {
  const bytes = await disk.read(`${directory}/${formatTilePath('entries', tile.number, TILE_WIDTH)}`);
  const entries = bytes === undefined ? undefined : parseBundle(bytes, TILE_WIDTH);
  if (entries === undefined) return undefined;
  for (let position = 0; position < TILE_WIDTH; position++) {
    const start = position * HASH_BYTES;
    const hash = hashEntry(entries.subarray(start, start + HASH_BYTES));
    if (tile.nodes.compare(hash, 0, HASH_BYTES, start, start + HASH_BYTES) !== 0) return undefined;
  }
  return entries;
}
