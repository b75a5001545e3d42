/** The points at which a process over a faulty disk ends, as if its power were cut there. */
import type { DiskOperation } from '../simulated/disk-faults.ts';

export type Death = DeathAtPoint | DeathWithinSync;

export interface DeathAtPoint {
  readonly operation: DiskOperation;
  /** The n-th such operation of the process (default 1). */
  readonly nth?: number;
  /** Only operations on paths that contain this text. */
  readonly path?: string;
  /** `before` it had any effect, or `after` its effect and before anybody was told. */
  readonly moment: 'before' | 'after';
}

export interface DeathWithinSync {
  readonly operation: 'sync';
  readonly nth?: number;
  readonly path?: string;
  /** Only this part of the unsynced bytes (0 to 1) reaches the file. */
  readonly moment: 'torn';
  readonly fraction: number;
}

export interface Deaths {
  /** The death that waits at this operation, if any. */
  meet(operation: DiskOperation, path: string): Death | undefined;
  /** Ends the process; nothing after it is ever told. */
  die(): Promise<never>;
}

export function createDeaths(planned: readonly Death[], end: () => void = killSelf): Deaths {
  const waiting = planned.map((death) => ({ death, seen: 0 }));
  return {
    meet(operation, path) {
      let met: Death | undefined;
      for (const trap of waiting) {
        if (trap.death.operation !== operation || !path.includes(trap.death.path ?? '')) continue;
        trap.seen += 1;
        if (trap.seen === (trap.death.nth ?? 1)) met ??= trap.death;
      }
      return met;
    },
    die() {
      end();
      return new Promise(() => undefined);
    },
  };
}

/** Not process.exit: no exit handler, no flush, as when the power goes. */
function killSelf(): void {
  process.kill(process.pid, 'SIGKILL');
}
