/**
 * Keeps the processes of a run going as an operator and a supervisor would: one that dies is started again, one whose
 * log stopped after a failed sync is ended and started, and nothing that an earlier life left behind is listened to.
 */

import type { Ledger } from './ledger.ts';
import { CITY, HOUSEHOLD, type MemberPlan, type Nation, SPARE } from './nation.ts';
import { answerResident, type RunningGateway, startGateway } from './start-gateway.ts';
import { type Hub, startHub, startWitness } from './start-hub.ts';

export interface Process<T> {
  readonly machine: string;
  /** What runs now; undefined while it is down or starting. */
  readonly current: T | undefined;
  start(): void;
  /** Loses power, and starts again after a while. */
  crash(downMs: number): void;
  /** Ends as by SIGTERM, and starts again. */
  restart(): void;
  /** The operator looks at a process that cannot work, and restarts it. */
  mend(): void;
  /** Starts no more. */
  retire(): void;
}

export interface Processes {
  readonly city: Process<RunningGateway>;
  readonly household: Process<RunningGateway>;
  readonly spare: Process<RunningGateway>;
  readonly hub: Process<Hub>;
  readonly witness: Process<true>;
  readonly all: readonly Process<unknown>[];
}

const START_PATIENCE_MS = 20_000;
/** Small, so that a run sees journals rotate. */
const SEGMENT_BYTES = 24_000;

export interface RunChoices {
  readonly binding: 't-road/1' | 'http/1.1';
  /** How long an agency takes to answer, milliseconds. */
  agencyDelay(): number;
}

export function createProcesses(nation: Nation, ledger: Ledger, choices: RunChoices): Processes {
  const { world } = nation;

  const supervise = <T>(
    machine: string,
    begin: (hear: (event: string) => void) => Promise<T>,
    close: (running: T) => Promise<void>,
  ): Process<T> => {
    let current: T | undefined;
    let isRetired = false;
    let isStarting = false;

    const begins = (): void => {
      if (isRetired || isStarting || current !== undefined) return;
      isStarting = true;
      const life = world.machine(machine).crashes;
      const isThisLife = (): boolean => world.machine(machine).crashes === life;
      ledger.leases.delete(machine);
      const hear = (event: string): void => {
        if (event === 'log-stopped')
          world.after(1_500, () =>
            isThisLife() && !isRetired && current !== undefined ? process.crash(100) : undefined,
          );
      };
      begin(hear).then(
        (running) => {
          if (!isThisLife()) return;
          isStarting = false;
          current = running;
        },
        (error: unknown) => {
          world.note(`${machine} did not start: ${error instanceof Error ? error.message : 'unknown'}`);
          if (isThisLife()) process.crash(1_000);
        },
      );
      world.after(START_PATIENCE_MS, () => {
        if (isThisLife() && isStarting) process.crash(500);
      });
    };

    const process: Process<T> = {
      machine,
      get current() {
        return current;
      },
      start: begins,
      crash(downMs) {
        current = undefined;
        isStarting = false;
        world.machine(machine).crash();
        const life = world.machine(machine).crashes;
        world.after(downMs, () => {
          if (world.machine(machine).crashes === life) begins();
        });
      },
      restart() {
        const running = current;
        if (running === undefined) return;
        const life = world.machine(machine).crashes;
        const end = (): void => {
          if (world.machine(machine).crashes === life) process.crash(50);
        };
        // A process that does not end in time is killed.
        world.after(4_000, end);
        close(running).then(end, end);
      },
      mend() {
        if (current === undefined && !isStarting) begins();
      },
      retire() {
        isRetired = true;
      },
    };
    return process;
  };

  const gateway = (plan: MemberPlan): Process<RunningGateway> =>
    supervise(
      plan.machine,
      (hear) =>
        startGateway(nation, plan, {
          binding: choices.binding,
          timeoutMs: 2_500,
          segmentBytes: SEGMENT_BYTES,
          watch: ledger.watch(plan.machine),
          hear,
          onBug: (error) =>
            void ledger.bugs.push(`${plan.machine}: ${error instanceof Error ? error.stack : 'unknown'}`),
          findOlder: (entry) => Promise.resolve(findAnswered(ledger, plan.machine, entry)),
          async system(call) {
            const { clock } = world.machine(plan.machine).ports;
            ledger.forwards.push({ machine: plan.machine, call, at: world.now });
            ledger.step(plan.machine, 'register-asked');
            await new Promise<void>((resolve) => clock.after(choices.agencyDelay(), resolve));
            ledger.step(plan.machine, 'register-answered');
            if (call.subject !== undefined) ledger.owesGranted(plan.machine);
            return answerResident();
          },
        }),
      (running) => running.close(),
    );

  const city = gateway(CITY);
  const household = gateway(HOUSEHOLD);
  const spare = gateway(SPARE);
  const hub = supervise(
    'hub',
    (hear) => startHub(nation, { watch: ledger.watch('hub'), hear }),
    () => Promise.resolve(),
  );
  const witness = supervise(
    'witness',
    () => startWitness(nation).then(() => true as const),
    () => Promise.resolve(),
  );
  return { city, household, spare, hub, witness, all: [witness, hub, household, spare, city] };
}

/** Stands for the index that production keeps beside its journal: all answers that ever became durable. */
function findAnswered(ledger: Ledger, machine: string, entry: string) {
  const notes = ledger.taps.get(machine)?.notes ?? [];
  const of = notes.filter(({ note }) => 'entry' in note && note.entry.toString('hex') === entry);
  const answered = of.findLast(({ note }) => note.type === 'answered');
  if (answered?.note.type === 'answered' && answered.index !== undefined) {
    const { kind, salt, details } = answered.note;
    return { kind, salt, details, index: answered.index };
  }
  return of.some(({ note }) => note.type === 'received') ? ('unknown' as const) : undefined;
}
