/** One process of the exchange: started with an order, heard line by line, ended by its own id. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Mutation {
  readonly id: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export type LogLine = Readonly<Record<string, string | number | boolean>> & { readonly event: string };

export interface Child {
  readonly pid: number;
  /** Every line the process logged, oldest first. */
  readonly lines: readonly LogLine[];
  /** What the process wrote to its standard error. */
  readonly troubles: readonly string[];
  /** Sends the order to begin; resolves with the report. */
  begin(order: object): Promise<Readonly<Record<string, unknown>>>;
  /** Sends an order to the running process and awaits its answer. */
  ask(order: object): Promise<Readonly<Record<string, unknown>>>;
  /** Resolves with the first line at or after `from` that fits. */
  heard(fits: (line: LogLine) => boolean, from?: number): Promise<LogLine>;
  readonly exited: Promise<void>;
  isRunning(): boolean;
  kill(signal: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
  /** SIGTERM, and SIGKILL when the process is still there after a while. */
  stop(): Promise<void>;
}

const HEARD_WITHIN_MS = 20_000;
const STOPPED_WITHIN_MS = 5_000;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/minben-e2e', import.meta.url));

/** The pinned runtime where it is installed, so that children run what the repository is made for. */
function runtime(): string {
  const pinned = `${ROOT}node_modules/.bin/node`;
  return existsSync(pinned) ? pinned : process.execPath;
}

/** Starts `entries/<entry>.ts`; it loads its modules and waits for its order. */
export function startChild(entry: 'gateway' | 'registry' | 'witness', mutation?: Mutation): Child {
  const path = fileURLToPath(new URL(`entries/${entry}.ts`, import.meta.url));
  const hooks =
    mutation === undefined ? [] : ['--import', new URL('../../tools/mutate/register.mjs', import.meta.url).href];
  const { VITEST: _vitest, NODE_OPTIONS: _options, ...environment } = process.env;
  const child = spawn(runtime(), ['--disable-warning=ExperimentalWarning', ...hooks, path], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...environment,
      NODE_COMPILE_CACHE: CACHE,
      MINBEN_MUTATION: mutation === undefined ? '' : JSON.stringify(mutation),
    },
  });
  return hear(child, entry);
}

function hear(child: ChildProcess, entry: string): Child {
  const lines: LogLine[] = [];
  const troubles: string[] = [];
  const listeners = new Set<() => void>();
  const answers = new Map<number, (answer: Record<string, unknown>) => void>();
  let report: ((message: Record<string, unknown>) => void) | undefined;
  let failStart: ((error: Error) => void) | undefined;
  let orders = 0;
  let running = true;

  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    const pieces = (rest + chunk).split('\n');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      try {
        lines.push(JSON.parse(piece) as LogLine);
      } catch {
        troubles.push(piece);
      }
    }
    for (const listener of [...listeners]) listener();
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => void troubles.push(chunk));
  child.on('message', (message: Record<string, unknown>) => {
    const { number } = message;
    if (typeof number === 'number') answers.get(number)?.(message);
    else report?.(message);
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      running = false;
      failStart?.(new Error(`the ${entry} ended before it began: ${troubles.join('')}`));
      for (const listener of [...listeners]) listener();
      resolve();
    });
  });

  const heard: Child['heard'] = (fits, from = 0) =>
    new Promise((resolve, reject) => {
      const look = (): boolean => {
        const found = lines.slice(from).find(fits);
        if (found === undefined) return false;
        end();
        resolve(found);
        return true;
      };
      const end = (): void => {
        clearTimeout(timer);
        listeners.delete(look);
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`the ${entry} never logged it; its last lines: ${JSON.stringify(lines.slice(-5))}`));
      }, HEARD_WITHIN_MS);
      listeners.add(look);
      look();
    });

  return {
    pid: child.pid ?? 0,
    lines,
    troubles,
    exited,
    heard,
    isRunning: () => running,
    begin: (order) =>
      new Promise((resolve, reject) => {
        report = resolve;
        failStart = reject;
        child.send(order);
      }),
    ask(order) {
      orders += 1;
      const number = orders;
      return new Promise((resolve, reject) => {
        answers.set(number, (answer) => {
          answers.delete(number);
          if (typeof answer['failed'] === 'string') reject(new Error(answer['failed']));
          else resolve(answer);
        });
        child.send({ number, ...order });
      });
    },
    kill: (signal) => void (running && child.kill(signal)),
    async stop() {
      if (!running) return;
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOPPED_WITHIN_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}
