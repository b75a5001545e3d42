/**
 * The disk of the machine, with the syncs that durability needs: a file's bytes by fdatasync, its name by a
 * sync of the directory that holds it. Errors are Node's own and keep their `code`.
 */
import { constants } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Disk } from '../disk.ts';
import { openAppendFile } from './append-file.ts';

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;
/** A file that `writeAtomically` had not yet renamed when the process died. Never listed, never read. */
const TEMPORARY = /^\..*\.[0-9]+-[0-9]+\.temporary$/;

let temporaries = 0;

export function createRealDisk(): Disk {
  return {
    async makeDirectory(path) {
      const target = resolve(path);
      const first = await mkdir(target, { recursive: true, mode: DIRECTORY_MODE });
      const top = dirname(first ?? target);
      for (let created = target; created !== top && created !== dirname(created); created = dirname(created)) {
        await syncDirectory(dirname(created));
      }
    },
    async list(path) {
      const names = await absentAs(readdir(path), []);
      return names.filter((name) => !TEMPORARY.test(name)).sort();
    },
    read: (path) => absentAs(readFile(path), undefined),
    async openAppend(path) {
      const { file, empty } = await openAppendFile(path, FILE_MODE);
      // An empty file may be one that this call has just created.
      if (empty) await syncDirectory(dirname(path));
      return file;
    },
    async writeAtomically(path, bytes, mode = FILE_MODE) {
      await replace(path, bytes, mode, true);
      await syncDirectory(dirname(path));
    },
    derived: {
      write: (path, bytes) => replace(path, bytes, FILE_MODE, false),
      async sync(paths) {
        for (const path of paths) await syncPath(path, constants.O_RDONLY);
        for (const directory of new Set(paths.map((path) => dirname(path)))) await syncDirectory(directory);
      },
    },
    async remove(path) {
      await absentAs(unlink(path), undefined);
      await absentAs(syncDirectory(dirname(path)), undefined);
    },
  };
}

/** Temporary file, sync if wanted, rename. */
async function replace(path: string, bytes: Uint8Array, mode: number, synced: boolean): Promise<void> {
  temporaries += 1;
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${temporaries}.temporary`);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  const handle = await open(temporary, flags, mode);
  try {
    await handle.writeFile(bytes);
    if (synced) await handle.sync();
  } catch (error) {
    await handle.close();
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await handle.close();
  await rename(temporary, path);
}

function syncDirectory(path: string): Promise<void> {
  return syncPath(path, constants.O_RDONLY | constants.O_DIRECTORY);
}

async function syncPath(path: string, flags: number): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function absentAs<T, A>(work: Promise<T>, absent: A): Promise<T | A> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return absent;
    throw error;
  }
}
