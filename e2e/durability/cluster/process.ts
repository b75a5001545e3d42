/**
 * One process of the cluster through all its lives: killed at any moment, started again on the same files. The next
 * life waits with its modules loaded, so that a restart takes no longer than the process itself needs.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { UnsyncedDiskPlan } from '@minben/ports/faulty';

export interface Mutation {
  readonly id: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface ProcessPlan {
  /** A name for people. */
  readonly name: string;
  /** File under `entries/`. */
  readonly entry: 'gateway' | 'registry' | 'witness';
  readonly config: string;
  /** A broken promise in the source of this process. */
  readonly mutation?: Mutation | undefined;
  /** Told where the doors are, and undefined when they are gone. */
  onPorts(ports: Ports | undefined): void;
}

export type Ports = Readonly<Record<string, number>>;

export interface Ended {
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
}

export interface Process {
  readonly name: string;
  /** Of the present life; undefined before its doors are open. */
  readonly ports: Ports | undefined;
  /** What the lives have written: log lines of standard output, and standard error. */
  readonly lines: readonly string[];
  /** Begins a life; resolves when its doors are open, or with false when it died before. */
  start(plan?: UnsyncedDiskPlan): Promise<boolean>;
  /** SIGKILL now; resolves when it has ended. */
  kill(): Promise<Ended>;
  /** The end of the present life. */
  ended(): Promise<Ended>;
  isRunning(): boolean;
  /** Ends everything, the life in waiting too. */
  close(): Promise<void>;
}

const REGISTER = new URL('../../../tools/mutate/register.mjs', import.meta.url).href;
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/minben-e2e', import.meta.url));
const KEPT_LINES = 400;

interface Life {
  readonly child: ChildProcess;
  readonly end: Promise<Ended>;
}

export function createProcess(plan: ProcessPlan): Process {
  const lines: string[] = [];
  let waiting: Life | undefined;
  let present: Life | undefined;
  let ports: Ports | undefined;
  let isRunning = false;
  let isClosed = false;

  const hear = (text: string): void => {
    lines.push(...text.split('\n').filter((line) => line !== ''));
    if (lines.length > KEPT_LINES) lines.splice(0, lines.length - KEPT_LINES);
  };

  const bear = (): Life => {
    const { mutation, entry } = plan;
    const hooks = mutation === undefined ? [] : ['--import', REGISTER];
    const { VITEST: _vitest, NODE_OPTIONS: _options, ...environment } = process.env;
    const child = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        ...hooks,
        fileURLToPath(new URL(`../entries/${entry}.ts`, import.meta.url)),
      ],
      {
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        env: {
          ...environment,
          NODE_COMPILE_CACHE: CACHE,
          MINBEN_MUTATION: mutation === undefined ? '' : JSON.stringify(mutation),
        },
      },
    );
    child.stdout?.setEncoding('utf8').on('data', hear);
    child.stderr?.setEncoding('utf8').on('data', hear);
    const end = new Promise<Ended>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
    return { child, end };
  };

  return {
    name: plan.name,
    lines,
    get ports() {
      return ports;
    },
    isRunning: () => isRunning,
    async start(diskPlan = {}) {
      if (isRunning || isClosed) throw new Error(`${plan.name} cannot be started now`);
      const life = waiting ?? bear();
      waiting = undefined;
      present = life;
      isRunning = true;
      void life.end.then(() => {
        isRunning = false;
        ports = undefined;
        plan.onPorts(undefined);
      });
      const opened = new Promise<boolean>((resolve) => {
        life.child.once('message', (message: { readonly ports: Ports }) => {
          ports = message.ports;
          plan.onPorts(ports);
          resolve(true);
        });
        void life.end.then(() => resolve(false));
      });
      life.child.send({ config: plan.config, plan: diskPlan }, () => undefined);
      const isOpen = await opened;
      if (!isClosed) waiting ??= bear();
      return isOpen;
    },
    async kill() {
      const life = present as Life;
      life.child.kill('SIGKILL');
      return life.end;
    },
    ended: () => (present as Life).end,
    async close() {
      isClosed = true;
      for (const life of [present, waiting]) {
        life?.child.kill('SIGKILL');
        await life?.end;
      }
    },
  };
}
