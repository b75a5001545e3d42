/**
 * A machine and the process that runs on it. Its ports belong to the present life: after a crash they do
 * nothing for ever, as code that was killed does nothing, and `ports` gives new ones to start the process with.
 */
import type { Clock } from '../clock.ts';
import type { Disk } from '../disk.ts';
import type { Network } from '../network.ts';
import type { Random } from '../random.ts';
import { createHardwareClock, createSimulatedClock } from './clock.ts';
import { createSimulatedDisk } from './disk.ts';
import { createDiskFaults, type DiskFault } from './disk-faults.ts';
import type { Wire } from './links.ts';
import type { OpenPorts } from './listeners.ts';
import { createSimulatedNetwork } from './network.ts';
import { createInode, createPlatters, type Platters } from './platters.ts';
import type { Prng } from './prng.ts';
import type { Life, Schedule } from './schedule.ts';

export interface Ports {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly network: Network;
  readonly random: Random;
}

export interface Machine {
  readonly name: string;
  /** The ports of the present life. Ask again after a crash. */
  readonly ports: Ports;
  /** How often it has crashed. */
  readonly crashes: number;
  /** kill -9 and loss of power at once: what was not synced is gone, or torn. */
  crash(): void;
  /** Stands still for so many milliseconds (a long pause of the collector, SIGSTOP); its clocks go on. */
  pause(milliseconds: number): void;
  /** The wall clock jumps; the monotonic one does not. */
  jumpClock(milliseconds: number): void;
  /** From now on both clocks run so many times as fast as true time. */
  setClockRate(rate: number): void;
  failDisk(fault: DiskFault): void;
  /** Takes back the faults that have not struck yet. */
  repairDisk(): void;
  /** Puts a file there, durable, before anything runs. */
  place(path: string, bytes: Uint8Array): void;
  /** What would surely survive a crash now; undefined when the file might not. */
  readDurable(path: string): Buffer | undefined;
  /** Flips one bit on the disk. */
  corrupt(path: string, bit: number): void;
  /** A backup of what is durable; the function brings it back (crash first, then restore, then start). */
  backUp(): () => void;
}

export interface MachineSettings {
  readonly name: string;
  readonly schedule: Schedule;
  readonly prng: Prng;
  readonly openPorts: OpenPorts;
  readonly epoch: number;
  /** Milliseconds by which the wall clock is wrong at first. */
  readonly skew: number;
  wireTo(machine: string): Wire;
  wallClockOf(machine: string): number;
  readonly note: (machine: string, what: string) => void;
}

export interface RunningMachine extends Machine {
  wallClock(): number;
}

export function createMachine(settings: MachineSettings): RunningMachine {
  const { name, schedule, prng, note } = settings;
  const hardware = createHardwareClock(schedule, settings.skew);
  const faults = createDiskFaults();
  let platters: Platters = createPlatters();
  let crashes = 0;
  let life = beginLife(name, 0);
  let ports: Ports | undefined;
  const makePorts = (): Ports => ({
    clock: createSimulatedClock({
      schedule,
      hardware,
      life,
      epoch: settings.epoch,
      origin: prng.fork(`boot ${crashes}`).below(1_000_000_000),
    }),
    disk: createSimulatedDisk({
      schedule,
      life,
      platters,
      faults,
      prng: prng.fork(`disk ${crashes}`),
      note: (what) => note(name, what),
    }),
    network: createSimulatedNetwork({
      ...settings,
      life,
      ports: settings.openPorts,
      prng: prng.fork(`net ${crashes}`),
    }),
    random: prng.fork(`random ${crashes}`),
  });
  return {
    name,
    get ports() {
      ports ??= makePorts();
      return ports;
    },
    get crashes() {
      return crashes;
    },
    wallClock: () => settings.epoch + hardware.elapsed() + hardware.skew,
    crash() {
      note(name, 'crash');
      const ended = life;
      crashes += 1;
      life = beginLife(name, 0);
      ports = undefined;
      ended.alive = false;
      platters.crash(prng.fork(`crash ${crashes}`));
      for (const tell of ended.onDeath) tell();
    },
    pause(milliseconds) {
      note(name, `paused for ${milliseconds} ms`);
      life.pausedUntil = Math.max(life.pausedUntil, schedule.now + Math.round(milliseconds * 1000));
    },
    jumpClock(milliseconds) {
      note(name, `clock jumps ${milliseconds} ms`);
      hardware.skew += milliseconds;
    },
    setClockRate(rate) {
      note(name, `clock runs ${rate}`);
      hardware.setRate(rate);
    },
    failDisk: (fault) => faults.lay(fault),
    repairDisk: () => faults.clear(),
    place(path, bytes) {
      const folder = path.slice(0, Math.max(0, path.lastIndexOf('/'))) || (path.startsWith('/') ? '/' : '.');
      platters.makeDirectory(folder);
      platters.setName(path, createInode(bytes, true));
      platters.syncDirectory(folder);
    },
    readDurable: (path) => platters.readDurable(path),
    corrupt(path, bit) {
      const inode = platters.find(path);
      const byte = inode?.chunks.length === 1 ? inode.chunks[0] : undefined;
      const index = bit >> 3;
      if (byte === undefined || index >= byte.length) throw new RangeError(`no such bit in ${path}`);
      byte[index] = (byte[index] as number) ^ (1 << (bit & 7));
      note(name, `bit ${bit} of ${path} flipped`);
    },
    backUp() {
      const backup = platters.copy();
      return () => {
        note(name, 'disk restored from a backup');
        platters = backup.copy();
        ports = undefined;
      };
    },
  };
}

function beginLife(machine: string, pausedUntil: number): Life {
  return { machine, alive: true, pausedUntil, onDeath: new Set() };
}
