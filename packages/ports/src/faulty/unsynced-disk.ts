/**
 * A disk for real processes that forgets like a real one: appended bytes stay in this process's memory until
 * their file is synced, and only then reach the real file; so do derived files. `kill -9` keeps the kernel's page cache, so over
 * an ordinary disk it loses nothing and proves nothing; over this one it loses exactly what was not synced.
 * Faults and deaths happen where the plan says, counted from the start of the process.
 */
import { basename, dirname, resolve } from 'node:path';
import type { AppendFile, Disk } from '../disk.ts';
import { createDiskFaults, type DiskFault } from '../simulated/disk-faults.ts';
import { createDeaths, type Death } from './deaths.ts';

export interface UnsyncedDiskPlan {
  readonly faults?: readonly DiskFault[];
  readonly deaths?: readonly Death[];
}

/** What was appended to one file and not synced, by whichever handle; `failed` once a write or sync failed. */
interface Pages {
  bytes: Buffer[];
  length: number;
  failed: Error | undefined;
}

/** `real` keeps what is durable; `die` ends this process at once (default: SIGKILL to itself). */
export function createUnsyncedDisk(real: Disk, plan: UnsyncedDiskPlan = {}, die?: () => void): Disk {
  const cache = new Map<string, Pages>();
  /** Whole files that were written without a sync, names included. */
  const derived = new Map<string, Buffer>();
  const faults = createDiskFaults();
  for (const fault of plan.faults ?? []) faults.lay(fault);
  const deaths = createDeaths(plan.deaths ?? [], die);

  /** One operation that is done at once or not at all. */
  const step = async <T>(operation: DiskFault['operation'], path: string, work: () => Promise<T>): Promise<T> => {
    const death = deaths.meet(operation, path);
    if (death?.moment === 'before') return deaths.die();
    const error = faults.strike(operation, path);
    if (error !== undefined) throw error;
    const done = await work();
    return death === undefined ? done : deaths.die();
  };

  const pagesOf = (path: string): Pages => {
    let pages = cache.get(path);
    if (pages === undefined) {
      pages = { bytes: [], length: 0, failed: undefined };
      cache.set(path, pages);
    }
    return pages;
  };

  const openFile = (path: string, under: AppendFile): AppendFile => {
    const pages = pagesOf(path);
    let tail: Promise<unknown> = Promise.resolve();
    const inTurn = (work: () => Promise<void>): Promise<void> => {
      const turn = tail.then(async () => {
        if (pages.failed !== undefined) throw pages.failed;
        try {
          await work();
        } catch (error) {
          pages.failed = error as Error;
          throw error;
        }
      });
      tail = turn.catch(() => undefined);
      return turn;
    };
    return {
      get size() {
        return under.size + pages.length;
      },
      append(bytes) {
        const copy = Buffer.from(bytes);
        pages.length += copy.length;
        return inTurn(async () => {
          const death = deaths.meet('append', path);
          if (death !== undefined) return deaths.die();
          const error = faults.strike('append', path);
          pages.bytes.push(error === undefined ? copy : copy.subarray(0, copy.length >> 1));
          if (error !== undefined) throw error;
        });
      },
      sync() {
        return inTurn(async () => {
          const death = deaths.meet('sync', path);
          if (death?.moment === 'before') return deaths.die();
          const error = faults.strike('sync', path);
          if (error !== undefined) throw error;
          // What another handle appends from here on waits for the next sync.
          const whole = Buffer.concat(pages.bytes.splice(0));
          pages.length -= whole.length;
          const written =
            death?.moment === 'torn' ? whole.subarray(0, Math.floor(whole.length * death.fraction)) : whole;
          await under.append(written);
          await under.sync();
          if (death !== undefined) return deaths.die();
        });
      },
      async close() {
        await tail;
        await under.close();
      },
    };
  };

  return {
    makeDirectory: (path) => step('directory', path, () => real.makeDirectory(path)),
    list: (path) =>
      step('read', path, async () => {
        const unsynced = [...derived.keys()]
          .filter((file) => dirname(file) === resolve(path))
          .map((file) => basename(file));
        return [...new Set([...(await real.list(path)), ...unsynced])].sort();
      }),
    read: (path) =>
      step('read', path, async () => {
        const durable = derived.get(resolve(path)) ?? (await real.read(path));
        const pages = cache.get(resolve(path));
        return durable && pages !== undefined ? Buffer.concat([durable, ...pages.bytes]) : durable;
      }),
    openAppend: (path) => step('open', path, async () => openFile(resolve(path), await real.openAppend(path))),
    writeAtomically: (path, bytes, mode) =>
      step('replace', path, async () => {
        await real.writeAtomically(path, bytes, mode);
        cache.delete(resolve(path));
        derived.delete(resolve(path));
      }),
    derived: {
      write: (path, bytes) => step('replace', path, async () => void derived.set(resolve(path), Buffer.from(bytes))),
      async sync(paths) {
        for (const path of paths) {
          await step('replace', path, async () => {
            const bytes = derived.get(resolve(path));
            if (bytes !== undefined) await real.writeAtomically(path, bytes);
            derived.delete(resolve(path));
          });
        }
      },
    },
    remove: (path) =>
      step('remove', path, async () => {
        await real.remove(path);
        cache.delete(resolve(path));
        derived.delete(resolve(path));
      }),
  };
}
