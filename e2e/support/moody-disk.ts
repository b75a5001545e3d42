/** A disk whose mood a test sets while a process runs: syncs that take their time, operations that fail. */
import type { AppendFile, Clock, Disk } from '@minben/ports';
import {
  createDiskFaults,
  type DiskFault,
  type DiskOperation,
} from '../../packages/ports/src/simulated/disk-faults.ts';

export interface MoodyDisk {
  readonly disk: Disk;
  /** Every sync from now on takes so much longer. */
  slowSync(milliseconds: number): void;
  lay(fault: DiskFault): void;
}

export function createMoodyDisk(real: Disk, clock: Clock): MoodyDisk {
  const faults = createDiskFaults();
  let delay = 0;
  const strike = (operation: DiskOperation, path: string): void => {
    const error = faults.strike(operation, path);
    if (error !== undefined) throw error;
  };
  const openFile = (path: string, file: AppendFile): AppendFile => ({
    get size() {
      return file.size;
    },
    async append(bytes) {
      strike('append', path);
      await file.append(bytes);
    },
    async sync() {
      if (delay > 0) await new Promise<void>((resolve) => clock.after(delay, resolve));
      strike('sync', path);
      await file.sync();
    },
    close: () => file.close(),
  });
  return {
    disk: {
      ...real,
      async openAppend(path) {
        strike('open', path);
        return openFile(path, await real.openAppend(path));
      },
      async writeAtomically(path, bytes, mode) {
        strike('replace', path);
        await real.writeAtomically(path, bytes, mode);
      },
    },
    slowSync(milliseconds) {
      delay = milliseconds;
    },
    lay: (fault) => faults.lay(fault),
  };
}
