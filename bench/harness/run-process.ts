/**
 * Starts the programs that take part in a measurement and stops them again by their own process id.
 * Whatever happens to the bench, none outlives it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

export interface RunningProcess {
  readonly pid: number;
  /** What the program said on its `ready` line. */
  readonly ready: unknown;
  /** SIGTERM, and SIGKILL after five seconds. Resolves when it has exited. */
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Starts a Node program (TypeScript, this same runtime) and waits until it prints `ready <JSON>` on its standard output.
 * Its standard error goes to ours. Rejects when it exits first or says nothing for `timeoutMs`.
 */
export async function startNode(
  file: string,
  settings: unknown,
  options: { timeoutMs?: number; nodeArguments?: readonly string[] } = {},
): Promise<RunningProcess> {
  const child = spawnNode(file, settings, options.nodeArguments);
  const ready = await waitForReady(child, file, options.timeoutMs ?? 15_000);
  return keep(child, ready);
}

/** Starts any other program in the foreground; `isReady` is asked until it says true. */
export async function startProgram(
  command: string,
  programArguments: readonly string[],
  isReady: () => Promise<boolean>,
): Promise<RunningProcess> {
  const child = spawn(command, programArguments, { stdio: ['ignore', 'ignore', 'inherit'] });
  running.add(child);
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`${command} exited with ${child.exitCode} before it was ready`);
    if (await isReady()) return keep(child, undefined);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  child.kill('SIGKILL');
  throw new Error(`${command} was not ready within five seconds`);
}

/** Runs a Node program to its end and returns the JSON value it printed last. */
export async function runNode(
  file: string,
  settings: unknown,
  options: { timeoutMs: number; nodeArguments?: readonly string[] },
): Promise<unknown> {
  const child = spawnNode(file, settings, options.nodeArguments);
  running.add(child);
  const text: Buffer[] = [];
  child.stdout?.on('data', (bytes: Buffer) => text.push(bytes));
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  running.delete(child);
  if (code !== 0) throw new Error(`${file} exited with ${code ?? 'a signal'}`);
  return JSON.parse(Buffer.concat(text).toString().trim().split('\n').at(-1) ?? '');
}

/** For the started programs themselves: their settings, which stand on standard input because they may hold keys. */
export function readSettings<T>(): T {
  return JSON.parse(readFileSync(0, 'utf8')) as T;
}

/** The line by which a started program says that it serves. */
export function announceReady(value: unknown = {}): void {
  process.stdout.write(`ready ${JSON.stringify(value)}\n`);
}

function spawnNode(file: string, settings: unknown, nodeArguments: readonly string[] = []): ChildProcess {
  const child = spawn(process.execPath, [...nodeArguments, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(settings));
  return child;
}

function waitForReady(child: ChildProcess, file: string, timeoutMs: number): Promise<unknown> {
  running.add(child);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${file} was not ready within ${timeoutMs} ms`));
    }, timeoutMs);
    child.once('exit', (code) => {
      clearTimeout(timer);
      running.delete(child);
      reject(new Error(`${file} exited with ${code ?? 'a signal'} before it was ready`));
    });
    if (child.stdout === null) throw new Error('standard output is not a pipe');
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('ready ')) return;
      clearTimeout(timer);
      resolve(JSON.parse(line.slice('ready '.length)));
    });
  });
}

function keep(child: ChildProcess, ready: unknown): RunningProcess {
  const pid = child.pid;
  if (pid === undefined) throw new Error('the program has no process id');
  running.add(child);
  return {
    pid,
    ready,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await gone;
      clearTimeout(timer);
      running.delete(child);
    },
  };
}
