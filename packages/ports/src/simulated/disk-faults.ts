/** Faults that a scenario has laid for a machine's disk: this operation, the n-th time, fails with this code. */

export type DiskOperation = 'read' | 'open' | 'append' | 'sync' | 'replace' | 'remove' | 'directory';

export interface DiskFault {
  readonly operation: DiskOperation;
  readonly code: 'EIO' | 'ENOSPC';
  /** Fails at the n-th such operation from now (default 1, the next). */
  readonly nth?: number;
  /** How often it fails from there on (default 1). */
  readonly times?: number;
  /** Only operations on paths that contain this text. */
  readonly path?: string;
}

export interface DiskFaults {
  lay(fault: DiskFault): void;
  clear(): void;
  /** The error that this operation must fail with, if any. */
  strike(operation: DiskOperation, path: string): NodeJS.ErrnoException | undefined;
}

export function createDiskFaults(): DiskFaults {
  let laid: { fault: DiskFault; seen: number }[] = [];
  return {
    lay: (fault) => void laid.push({ fault, seen: 0 }),
    clear() {
      laid = [];
    },
    strike(operation, path) {
      let error: NodeJS.ErrnoException | undefined;
      for (const trap of laid) {
        if (trap.fault.operation !== operation || !path.includes(trap.fault.path ?? '')) continue;
        trap.seen += 1;
        if (trap.seen >= (trap.fault.nth ?? 1)) error ??= failure(trap.fault.code, operation, path);
      }
      laid = laid.filter(({ fault, seen }) => seen < (fault.nth ?? 1) + (fault.times ?? 1) - 1);
      return error;
    },
  };
}

function failure(code: string, operation: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: simulated, ${operation} '${path}'`), { code, syscall: operation, path });
}
