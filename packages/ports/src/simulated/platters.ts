/**
 * What a disk holds, and what of it would survive. Bytes wait in the page cache until their file is synced;
 * names wait until their directory is synced. A crash keeps all that was synced, and of the rest only what
 * the seed lets through: for each file a prefix of its unsynced bytes, perhaps with a block of zeros where a
 * page never arrived; for each directory a prefix of its unsynced changes.
 */
import { basename, dirname } from 'node:path';
import type { Prng } from './prng.ts';

const BLOCK_BYTES = 512;

export interface Inode {
  chunks: Buffer[];
  size: number;
  /** The first bytes, which survive a crash. */
  syncedLength: number;
  /** A sync failed: the kernel dropped the dirty pages, so nothing after `syncedLength` will ever be synced. */
  poisoned: boolean;
}

interface NameChange {
  readonly directory: string;
  readonly path: string;
  /** Undefined: the name goes away. */
  readonly inode: Inode | undefined;
}

export interface Platters {
  find(path: string): Inode | undefined;
  namesIn(directory: string): string[];
  hasDirectory(path: string): boolean;
  makeDirectory(path: string): void;
  /** Changes a name; undone by a crash until `syncDirectory`. */
  setName(path: string, inode: Inode | undefined): void;
  syncDirectory(directory: string): void;
  crash(prng: Prng): void;
  /** The file as it would be found after a crash that keeps nothing unsynced. */
  readDurable(path: string): Buffer | undefined;
  copy(): Platters;
}

export function createInode(bytes: Uint8Array = Buffer.alloc(0), synced = false): Inode {
  const chunks = bytes.byteLength === 0 ? [] : [Buffer.from(bytes)];
  return { chunks, size: bytes.byteLength, syncedLength: synced ? bytes.byteLength : 0, poisoned: false };
}

export function bytesOf(inode: Inode): Buffer {
  if (inode.chunks.length > 1) inode.chunks = [Buffer.concat(inode.chunks, inode.size)];
  return inode.chunks[0] ?? Buffer.alloc(0);
}

export function createPlatters(
  durable = new Map<string, Inode>(),
  directories = new Set<string>(['/', '.']),
): Platters {
  let names = new Map(durable);
  let changes: NameChange[] = [];
  const apply = (change: NameChange): void => {
    if (change.inode === undefined) durable.delete(change.path);
    else durable.set(change.path, change.inode);
  };
  return {
    find: (path) => names.get(path),
    namesIn: (directory) =>
      [...names.keys()].filter((path) => dirname(path) === directory).map((path) => basename(path)),
    hasDirectory: (path) => directories.has(path),
    makeDirectory(path) {
      for (let created = path; !directories.has(created); created = dirname(created)) directories.add(created);
    },
    setName(path, inode) {
      if (inode === undefined) names.delete(path);
      else names.set(path, inode);
      changes.push({ directory: dirname(path), path, inode });
    },
    syncDirectory(directory) {
      for (const change of changes) if (change.directory === directory) apply(change);
      changes = changes.filter((change) => change.directory !== directory);
    },
    crash(prng) {
      for (const directory of new Set(changes.map((change) => change.directory))) {
        const own = changes.filter((change) => change.directory === directory);
        for (const change of own.slice(0, prng.below(own.length + 1))) apply(change);
      }
      changes = [];
      for (const inode of durable.values()) loseUnsynced(inode, prng);
      names = new Map(durable);
    },
    readDurable(path) {
      const inode = durable.get(path);
      return inode && bytesOf(inode).subarray(0, inode.syncedLength);
    },
    copy() {
      const copied = new Map<string, Inode>();
      for (const [path, inode] of durable) {
        copied.set(path, createInode(bytesOf(inode).subarray(0, inode.syncedLength), true));
      }
      return createPlatters(copied, new Set(directories));
    },
  };
}

function loseUnsynced(inode: Inode, prng: Prng): void {
  const unsynced = inode.size - inode.syncedLength;
  const manner = prng.pick(['none', 'prefix', 'hole'] as const);
  const kept = inode.syncedLength + (manner === 'none' ? 0 : prng.below(unsynced + 1));
  const bytes = Buffer.from(bytesOf(inode).subarray(0, kept));
  if (manner === 'hole' && kept > inode.syncedLength) {
    const block = prng.between(Math.floor(inode.syncedLength / BLOCK_BYTES), Math.floor((kept - 1) / BLOCK_BYTES));
    bytes.fill(0, Math.max(inode.syncedLength, block * BLOCK_BYTES), Math.min(kept, (block + 1) * BLOCK_BYTES));
  }
  inode.chunks = [bytes];
  inode.size = kept;
  inode.syncedLength = kept;
  inode.poisoned = false;
}
