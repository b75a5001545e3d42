/**
 * Runs a table of processes: each starts when those it stands on are ready, and ends before them. Nothing is left
 * behind: `stop` ends all in order, `kill` at once.
 */
import type { Clock, Network } from '@minben/ports';
import { awaitReady } from './await-ready.ts';
import { orderProcesses, type TableFault } from './check-table.ts';
import { type ProcessSpec, type SupervisorTimes, TIMES } from './model.ts';
import { type RunningChild, runChild } from './run-child.ts';

export interface SupervisorPorts {
  readonly clock: Clock;
  readonly network: Network;
  readonly show: (from: string, line: string) => void;
}

export interface Supervisor {
  /** True when every process is ready; false when it was stopped before. Rejects when an `onReady` fails. */
  readonly ready: Promise<boolean>;
  children(): readonly RunningChild[];
  stop(): Promise<void>;
  kill(): void;
}

/** Throws on a table that cannot be run: that is a bug of its author. */
export function supervise(
  specs: readonly ProcessSpec[],
  ports: SupervisorPorts,
  times: SupervisorTimes = TIMES,
): Supervisor {
  const ordered = orderProcesses(specs);
  if (!ordered.ok) throw new Error(describeFault(ordered.error));
  const children = new Map<string, RunningChild>();
  const readiness = new Map<string, Promise<boolean>>();
  let stopping = false;

  const bringUp = async (spec: ProcessSpec): Promise<boolean> => {
    const below = await Promise.all(spec.after.map(async (name) => await readiness.get(name)));
    if (stopping || below.includes(false)) return false;
    children.set(spec.name, runChild(spec, times, ports));
    const isReady = await awaitReady(
      spec.readyUrl,
      times.pollMs,
      ports,
      () => stopping,
      (reason) => ports.show(spec.name, `not ready yet: ${reason}`),
    );
    if (isReady) await spec.onReady?.();
    return isReady;
  };
  for (const spec of ordered.value) readiness.set(spec.name, bringUp(spec));

  return {
    ready: Promise.all(readiness.values()).then((all) => !all.includes(false)),
    children: () => [...children.values()],
    async stop() {
      stopping = true;
      const ends = new Map<string, Promise<void>>();
      // From the top: each waits for those that stand on it.
      for (const spec of [...ordered.value].reverse()) {
        const above = ordered.value.filter((other) => other.after.includes(spec.name));
        const end = Promise.all(above.map(async (other) => await ends.get(other.name))).then(() =>
          children.get(spec.name)?.stop(),
        );
        ends.set(spec.name, end);
      }
      await Promise.all(ends.values());
    },
    kill() {
      stopping = true;
      for (const child of children.values()) child.kill();
    },
  };
}

function describeFault(fault: TableFault): string {
  return `the table of processes cannot be run: ${fault}`;
}
