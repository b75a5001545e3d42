/** Tiles in memory: pinned ones that no disk holds yet, and a bounded number of recently used ones. */
import type { Tile } from './tile.ts';

export class RecentTiles {
  readonly #limit: number;
  readonly #pinned = new Map<string, Tile>();
  readonly #recent = new Map<string, Tile>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(level: number, number: number): Tile | undefined {
    const key = `${level}/${number}`;
    const pinned = this.#pinned.get(key);
    if (pinned !== undefined) return pinned;
    const tile = this.#recent.get(key);
    if (tile === undefined) return undefined;
    this.#recent.delete(key);
    this.#recent.set(key, tile);
    return tile;
  }

  /** Keeps the tile until `release`. */
  pin(tile: Tile): void {
    this.#pinned.set(`${tile.level}/${tile.number}`, tile);
  }

  keep(tile: Tile): void {
    this.#recent.set(`${tile.level}/${tile.number}`, tile);
    for (const oldest of this.#recent.keys()) {
      if (this.#recent.size <= this.#limit) break;
      this.#recent.delete(oldest);
    }
  }

  /** The disk holds this tile now: it may be forgotten when others are used more. */
  release(level: number, number: number): void {
    const key = `${level}/${number}`;
    const tile = this.#pinned.get(key);
    if (tile === undefined) return;
    this.#pinned.delete(key);
    this.keep(tile);
  }
}
