/** A disk in memory that begins with the files of a folder, so that one journal can be opened thousands of times. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Disk } from '@minben/ports';

export type Files = ReadonlyMap<string, Buffer>;

/** Every file under the folder, by its whole path. */
export async function readFolder(folder: string): Promise<Files> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = names.filter((name) => name.isFile()).map((name) => join(name.parentPath, name.name));
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path)] as const)));
}

export function createMemoryDisk(begin: Files): Disk {
  const files = new Map(begin);
  return {
    makeDirectory: async () => undefined,
    async list(path) {
      const below = [...files.keys()].filter((each) => each.startsWith(`${path}/`));
      return [...new Set(below.map((each) => each.slice(path.length + 1).split('/')[0] as string))].sort();
    },
    read: async (path) => files.get(path),
    async openAppend(path) {
      if (!files.has(path)) files.set(path, Buffer.alloc(0));
      return {
        get size() {
          return files.get(path)?.length ?? 0;
        },
        async append(bytes) {
          files.set(path, Buffer.concat([files.get(path) ?? Buffer.alloc(0), bytes]));
        },
        sync: async () => undefined,
        close: async () => undefined,
      };
    },
    async writeAtomically(path, bytes) {
      files.set(path, Buffer.from(bytes));
    },
    async remove(path) {
      files.delete(path);
    },
  };
}
