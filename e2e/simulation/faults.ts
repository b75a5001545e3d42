/**
 * Every fault at every step: the seed's number decides at which step of the protocol its first fault strikes, the seed
 * itself where and when the others do. All of them end by themselves; `heal` takes back what is left.
 */
import type { Prng, World } from '@minben/ports/simulated';
import type { Processes } from './processes.ts';
import { TRAFFIC_MS } from './traffic.ts';

/** The protocol, in the order in which an exchange takes its steps. */
export const STEPS = [
  'granted-answer-written',
  'journal-written',
  'request-appended',
  'request-leaving',
  'request-sent',
  'request-received',
  'stored',
  'register-asked',
  'register-answered',
  'answer-appended',
  'answer-leaving',
  'answer-sent',
  'answer-received',
  'ended',
  'delivered',
  'outcome-asked',
  'lease-renewed',
  'withdrawn',
] as const;

export const FAULTS = [
  'crash-consumer',
  'crash-provider',
  'crash-hub',
  'crash-witness',
  'sync-fails',
  'disk-full',
  'calls-cut',
  'streams-cut',
  'partition',
  'slow-link',
  'clock-forward',
  'clock-back',
  'pause',
  'hub-away',
  'restart',
] as const;

export type Step = (typeof STEPS)[number];
export type Fault = (typeof FAULTS)[number];

export interface Cell {
  readonly step: Step;
  readonly fault: Fault;
}

export const CELLS: readonly Cell[] = STEPS.flatMap((step) => FAULTS.map((fault) => ({ step, fault })));

export interface FaultPlan {
  /** Cells in which a fault struck at its step. */
  readonly struck: readonly Cell[];
  heal(): void;
}

/** At which occurrence of a step a fault strikes, at the latest; some steps come rarely. */
const LATEST: Partial<Record<Step, number>> = { withdrawn: 1, 'outcome-asked': 1, 'granted-answer-written': 4 };

export function planFaults(world: World, prng: Prng, processes: Processes, first: Cell): FaultPlan {
  const struck: Cell[] = [];
  let isOver = false;
  const skews = new Map<string, number>();

  const strikeAt = (cell: Cell, nth: number): void => {
    let seen = 0;
    let isSpent = false;
    const wanted = ` ${cell.step}`;
    world.trace.onLine(({ machine, what }) => {
      if (isSpent || isOver || machine !== 'scenario' || !what.startsWith('step ') || !what.endsWith(wanted)) return;
      seen += 1;
      if (seen < nth) return;
      isSpent = true;
      struck.push(cell);
      strike(cell.fault, what.split(' ')[1] as string);
    });
  };

  /** `where`: the machine at the step. */
  const strike = (fault: Fault, where: string): void => {
    world.note(`fault ${fault} at ${where}`);
    const provider = where === 'spare' ? processes.spare : processes.household;
    const here = processes.all.find(({ machine }) => machine === where) ?? provider;
    const link = world.link('city', provider.machine);
    switch (fault) {
      case 'crash-consumer':
        return processes.city.crash(prng.between(50, 3_000));
      case 'crash-provider':
        return provider.crash(prng.between(50, 3_000));
      case 'crash-hub':
        return processes.hub.crash(prng.between(50, 3_000));
      case 'crash-witness':
        return processes.witness.crash(prng.between(50, 3_000));
      case 'sync-fails':
        return world.machine(where).failDisk({ operation: 'sync', code: 'EIO', path: 'journal' });
      case 'disk-full':
        return world
          .machine(where)
          .failDisk({ operation: 'append', code: 'ENOSPC', path: 'journal', nth: prng.between(1, 2) });
      case 'calls-cut':
        for (let i = 0; i < 3; i += 1) link.cutNextCall(prng.pick(['before-send', 'after-send', 'mid-response']));
        return link.cutStreams();
      case 'streams-cut':
        return link.cutStreams();
      case 'partition':
        link.partition();
        return world.after(prng.between(500, 9_000), () => link.heal());
      case 'slow-link':
        link.slow(prng.between(300, 4_000));
        return world.after(5_000, () => link.slow(0));
      case 'clock-forward':
        return jump(where, prng.pick([20_000, 45_000, 300_000, 3_600_000]));
      case 'clock-back':
        return jump(where, -prng.pick([20_000, 45_000, 300_000, 3_600_000]));
      case 'pause':
        return world
          .machine(where === 'city' || where === 'hub' ? where : provider.machine)
          .pause(prng.between(1_100, 4_000));
      case 'hub-away':
        for (const machine of ['city', 'household', 'spare']) world.link(machine, 'hub').partition();
        return world.after(prng.between(1_500, 6_000), () => {
          for (const machine of ['city', 'household', 'spare']) world.link(machine, 'hub').heal();
        });
      case 'restart':
        return world.after(0, () => here.restart());
    }
  };

  const jump = (machine: string, milliseconds: number): void => {
    world.machine(machine).jumpClock(milliseconds);
    skews.set(machine, (skews.get(machine) ?? 0) + milliseconds);
    world.after(prng.between(1_000, 5_000), () => takeBack(machine));
  };

  const takeBack = (machine: string): void => {
    const skew = skews.get(machine) ?? 0;
    skews.delete(machine);
    if (skew !== 0) world.machine(machine).jumpClock(-skew);
  };

  strikeAt(first, prng.between(1, LATEST[first.step] ?? 12));
  // What is asked after a break needs a break.
  if (first.step === 'outcome-asked') world.after(1_000, () => processes.city.crash(200));
  const further = prng.between(2, 3);
  for (let i = 0; i < further; i += 1) {
    const cell = prng.pick(CELLS);
    strikeAt(cell, prng.between(1, LATEST[cell.step] ?? 20));
  }
  const fault = prng.pick(FAULTS);
  world.after(prng.below(TRAFFIC_MS), () => {
    if (!isOver) strike(fault, prng.pick(['city', 'household', 'spare']));
  });

  return {
    struck,
    heal() {
      isOver = true;
      world.setNetworkFaults({});
      const machines = ['city', 'household', 'spare', 'hub', 'witness', 'rival'];
      for (const machine of machines) {
        world.machine(machine).repairDisk();
        takeBack(machine);
        for (const other of machines) {
          if (machine < other) world.link(machine, other).heal();
          if (machine < other) world.link(machine, other).slow(0);
        }
      }
    },
  };
}
