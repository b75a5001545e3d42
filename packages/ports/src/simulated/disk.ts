/** The Disk port over platters of one machine, as one life of it sees them: every operation takes virtual time. */
import { dirname, normalize } from 'node:path';
import type { AppendFile, Disk } from '../disk.ts';
import type { DiskFaults, DiskOperation } from './disk-faults.ts';
import { bytesOf, createInode, type Inode, type Platters } from './platters.ts';
import type { Prng } from './prng.ts';
import type { Life, Schedule } from './schedule.ts';
import { describeBytes } from './trace.ts';

export interface DiskSettings {
  readonly schedule: Schedule;
  readonly life: Life;
  readonly platters: Platters;
  readonly faults: DiskFaults;
  readonly prng: Prng;
  readonly note: (what: string) => void;
}

/** Virtual microseconds, least and most. */
const DURATIONS: Readonly<Record<DiskOperation, readonly [number, number]>> = {
  read: [20, 200],
  open: [20, 400],
  append: [5, 60],
  sync: [150, 2_500],
  replace: [150, 2_500],
  remove: [50, 600],
  directory: [50, 1_000],
};

type Step = <T>(operation: DiskOperation, path: string, detail: string, work: () => T) => Promise<T>;

export function createSimulatedDisk(settings: DiskSettings): Disk {
  const { platters, faults } = settings;
  const step = createStep(settings);
  return {
    async makeDirectory(path) {
      const target = normalize(path);
      await step('directory', target, '', () => platters.makeDirectory(target));
    },
    async list(path) {
      const directory = normalize(path);
      const names = await step('read', directory, '', () => platters.namesIn(directory));
      return names.sort();
    },
    read(path) {
      const target = normalize(path);
      return step('read', target, '', () => {
        const inode = platters.find(target);
        return inode && Buffer.from(bytesOf(inode));
      });
    },
    async openAppend(path) {
      const target = normalize(path);
      const inode = await step('open', target, '', () => {
        requireDirectory(platters, target);
        const found = platters.find(target) ?? createInode();
        if (platters.find(target) === undefined) platters.setName(target, found);
        return found;
      });
      if (inode.size === 0) await step('directory', dirname(target), '', () => platters.syncDirectory(dirname(target)));
      return createAppendFile(inode, target, step, faults);
    },
    async writeAtomically(path, bytes) {
      const target = normalize(path);
      const copy = Buffer.from(bytes);
      await step('replace', target, describeBytes(copy), () => {
        requireDirectory(platters, target);
        platters.setName(target, createInode(copy, true));
      });
      await step('directory', dirname(target), '', () => platters.syncDirectory(dirname(target)));
    },
    async remove(path) {
      const target = normalize(path);
      await step('remove', target, '', () => {
        if (platters.find(target) !== undefined) platters.setName(target, undefined);
      });
      await step('directory', dirname(target), '', () => platters.syncDirectory(dirname(target)));
    },
  };
}

/** Traces an operation, lets its time pass, then does it or fails; never ends when the life ends before. */
function createStep({ schedule, life, faults, prng, note }: DiskSettings): Step {
  return (operation, path, detail, work) =>
    new Promise((resolve, reject) => {
      if (!life.alive) return;
      note(`disk ${operation} ${path} ${detail}`);
      const [least, most] = DURATIONS[operation];
      schedule.after(prng.between(least, most), life, () => {
        const error = operation === 'append' || operation === 'sync' ? undefined : faults.strike(operation, path);
        try {
          if (error !== undefined) throw error;
          const done = work();
          note(`disk ${operation} ${path} done`);
          // What watches the trace may have ended this life just now.
          if (life.alive) resolve(done);
        } catch (caught) {
          const failure = caught as NodeJS.ErrnoException;
          note(`disk ${operation} ${path} ${failure.code ?? 'failed'}`);
          if (life.alive) reject(failure);
        }
      });
    });
}

function createAppendFile(inode: Inode, path: string, step: Step, faults: DiskFaults): AppendFile {
  let end = inode.size;
  let failure: Error | undefined;
  let closed = false;
  let tail: Promise<unknown> = Promise.resolve();
  const inTurn = (operation: 'append' | 'sync', detail: string, work: (error: Error | undefined) => void) => {
    const turn = tail.then(() =>
      step(operation, path, detail, () => {
        if (closed) throw Object.assign(new Error('EBADF: simulated, the file is closed'), { code: 'EBADF' });
        if (failure !== undefined) throw failure;
        failure = faults.strike(operation, path);
        work(failure);
        if (failure !== undefined) throw failure;
      }),
    );
    tail = turn.catch(() => undefined);
    return turn;
  };
  return {
    get size() {
      return end;
    },
    append(bytes) {
      const copy = Buffer.from(bytes);
      end += copy.length;
      return inTurn('append', describeBytes(copy), (error) => {
        // A full disk takes a part before it refuses.
        const taken = error === undefined ? copy : copy.subarray(0, copy.length >> 1);
        inode.chunks.push(taken);
        inode.size += taken.length;
      });
    },
    sync() {
      return inTurn('sync', '', (error) => {
        if (error !== undefined) inode.poisoned = true;
        else if (!inode.poisoned) inode.syncedLength = inode.size;
      });
    },
    async close() {
      await tail;
      closed = true;
    },
  };
}

function requireDirectory(platters: Platters, path: string): void {
  if (platters.hasDirectory(dirname(path))) return;
  throw Object.assign(new Error(`ENOENT: simulated, no directory for '${path}'`), { code: 'ENOENT', path });
}
