/** A real disk whose appends and syncs fail on command. */
import { type AppendFile, createRealDisk, type Disk } from '@minben/ports';

export interface Faults {
  /** Set to make the next write (or sync) of an append file fail with this code, once. */
  write: 'ENOSPC' | 'EIO' | undefined;
  sync: 'EIO' | undefined;
  /** Set to make every atomic write fail. */
  atomic: 'EIO' | 'ENOSPC' | undefined;
  /** Writes to append files that were asked for so far. */
  writes: number;
}

export function createFaultyDisk(): { readonly disk: Disk; readonly faults: Faults } {
  const real = createRealDisk();
  const faults: Faults = { write: undefined, sync: undefined, atomic: undefined, writes: 0 };
  const failOn = (kind: 'write' | 'sync'): void => {
    if (kind === 'write') faults.writes += 1;
    const code = faults[kind];
    faults[kind] = undefined;
    if (code !== undefined) throw Object.assign(new Error(`${code}: injected`), { code });
  };
  const disk: Disk = {
    ...real,
    async writeAtomically(path, bytes) {
      if (faults.atomic !== undefined)
        throw Object.assign(new Error(`${faults.atomic}: injected`), { code: faults.atomic });
      await real.writeAtomically(path, bytes);
    },
    async openAppend(path) {
      const file = await real.openAppend(path);
      return wrap(file, failOn);
    },
  };
  return { disk, faults };
}

function wrap(file: AppendFile, failOn: (kind: 'write' | 'sync') => void): AppendFile {
  return {
    get size() {
      return file.size;
    },
    async append(bytes) {
      failOn('write');
      await file.append(bytes);
    },
    async sync() {
      failOn('sync');
      await file.sync();
    },
    close: () => file.close(),
  };
}
