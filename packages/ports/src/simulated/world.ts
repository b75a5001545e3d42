/**
 * A whole world from one seed: machines with clocks, disks and randomness, the wires between them, and time
 * that passes only as events happen. Nothing here reads the real clock or does real I/O, so a seed replays
 * to the same trace, and an hour of patience costs no more than its events.
 */
import { atEndOfTurn } from '../real/end-of-turn.ts';
import type { Link, NetworkFaultRates, Wire } from './links.ts';
import { createWire } from './links.ts';
import type { OpenPorts } from './listeners.ts';
import { createMachine, type Machine, type RunningMachine } from './machine.ts';
import { createPrng, type Prng } from './prng.ts';
import { createSchedule } from './schedule.ts';
import { createTrace, type Trace } from './trace.ts';

export interface World {
  readonly seed: string;
  /** For the scenario's own choices; drawing from it shifts nothing else. */
  readonly prng: Prng;
  readonly trace: Trace;
  /** Milliseconds of true time since the world began. */
  readonly now: number;
  /** The machine of that name, made when first asked for; its name is also its host name. */
  machine(name: string): Machine;
  /** What lies between two machines, in both directions. */
  link(one: string, other: string): Link;
  /** Random faults on every link from now on; probabilities that are left out are 0. */
  setNetworkFaults(rates: NetworkFaultRates): void;
  /** A line of the scenario's own in the trace. */
  note(what: string): void;
  /** Runs `action` after so many milliseconds of true time, whatever becomes of any machine. */
  after(milliseconds: number, action: () => void): void;
  /** Lets so many milliseconds pass. */
  pass(milliseconds: number): Promise<void>;
  /** Runs until the promise settles and hands on its outcome; throws when that takes longer than `limitMs` (default one hour) or nothing is left to happen. */
  run<T>(outcome: Promise<T>, limitMs?: number): Promise<T>;
  /** Runs until nothing is left to happen; throws after `limitMs` (default one hour). */
  settle(limitMs?: number): Promise<void>;
}

export interface WorldOptions {
  /** Wall-clock time at which the world begins (default 2026-01-01T00:00:00Z), milliseconds since the Unix epoch. */
  readonly epoch?: number;
  /** Wall clocks are wrong by up to so many milliseconds at first (default 200). */
  readonly largestSkew?: number;
}

const HOUR_MS = 3_600_000;
const DEFAULT_EPOCH = Date.UTC(2026, 0, 1);
const DEFAULT_SKEW_MS = 200;

export function createWorld(seed: string | number, options: WorldOptions = {}): World {
  const root = createPrng(String(seed));
  const schedule = createSchedule(root.fork('schedule'));
  const trace = createTrace();
  const openPorts: OpenPorts = new Map();
  const machines = new Map<string, RunningMachine>();
  const wires = new Map<string, Wire>();
  let rates: NetworkFaultRates = {};
  let running = false;
  const note = (machine: string, what: string): void => trace.add(schedule.now, machine, what);

  const wireBetween = (one: string, other: string): Wire => {
    const name = [one, other].sort().join('~');
    let wire = wires.get(name);
    if (wire === undefined) {
      const prng = root.fork(`wire ${name}`);
      wire = createWire({ schedule, prng, rates: () => rates, note: (what) => note(name, what) });
      wires.set(name, wire);
    }
    return wire;
  };

  const machineNamed = (name: string): RunningMachine => {
    let machine = machines.get(name);
    if (machine === undefined) {
      const prng = root.fork(`machine ${name}`);
      const largestSkew = options.largestSkew ?? DEFAULT_SKEW_MS;
      machine = createMachine({
        name,
        schedule,
        prng,
        openPorts,
        epoch: options.epoch ?? DEFAULT_EPOCH,
        skew: prng.between(-largestSkew, largestSkew),
        wireTo: (other) => wireBetween(name, other),
        wallClockOf: (other) => machineNamed(other).wallClock(),
        note,
      });
      machines.set(name, machine);
    }
    return machine;
  };

  /** One event at a time, and between two of them every promise that can move, moves. */
  const runUntil = async (isDone: () => boolean, limit: number): Promise<'done' | 'limit' | 'idle'> => {
    if (running) throw new Error('the world is already running');
    running = true;
    try {
      for (;;) {
        await promisesAtRest();
        if (isDone()) return 'done';
        const next = schedule.next();
        if (next === undefined) return 'idle';
        if (next > limit) return 'limit';
        schedule.step();
      }
    } finally {
      running = false;
    }
  };

  return {
    seed: String(seed),
    prng: root.fork('scenario'),
    trace,
    get now() {
      return schedule.now / 1000;
    },
    machine: machineNamed,
    link: wireBetween,
    setNetworkFaults(next) {
      rates = next;
    },
    note: (what) => note('scenario', what),
    after: (milliseconds, action) => void schedule.after(milliseconds * 1000, undefined, action),
    async pass(milliseconds) {
      const limit = schedule.now + Math.round(milliseconds * 1000);
      await runUntil(() => false, limit);
      schedule.advanceTo(limit);
    },
    async run(outcome, limitMs = HOUR_MS) {
      let settled = false;
      const mark = (): void => {
        settled = true;
      };
      outcome.then(mark, mark);
      const end = await runUntil(() => settled, schedule.now + limitMs * 1000);
      if (end !== 'done') throw new Error(`seed ${seed}: not settled (${end}) at ${schedule.now / 1000} ms`);
      return outcome;
    },
    async settle(limitMs = HOUR_MS) {
      const end = await runUntil(() => false, schedule.now + limitMs * 1000);
      if (end !== 'idle') throw new Error(`seed ${seed}: still busy at ${schedule.now / 1000} ms`);
    },
  };
}

/** However long their chain: the end of the turn comes after every microtask. */
function promisesAtRest(): Promise<void> {
  return new Promise((resolve) => atEndOfTurn(resolve));
}
