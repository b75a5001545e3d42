/**
 * Keeps one process running: starts it, passes its lines on under its name, starts it again when it ends, ever more
 * slowly while it keeps ending. The process gets its own group, so that Ctrl-C reaches the supervisor alone and
 * things end in order; and a pipe as its standard input, whose closing tells it that the supervisor is gone.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '@minben/ports';
import type { ProcessSpec, SupervisorTimes } from './model.ts';
import { splitLines } from './split-lines.ts';

export interface ChildPorts {
  readonly clock: Clock;
  /** Takes one line to show; `from` is the process's name. */
  readonly show: (from: string, line: string) => void;
}

export interface RunningChild {
  readonly spec: ProcessSpec;
  /** Process id, while it runs. */
  processId(): number | undefined;
  /** How often it has been started. */
  starts(): number;
  /** Asks it to end and waits; kills it after the patience is used up. It does not start again. */
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

export function runChild(spec: ProcessSpec, times: SupervisorTimes, { clock, show }: ChildPorts): RunningChild {
  let child: ChildProcess | undefined;
  let starts = 0;
  let pause = times.firstPauseMs;
  let stopping = false;
  let cancelRestart = () => {};
  let onEnd = () => {};

  const start = () => {
    starts += 1;
    const began = clock.monotonic();
    const [program, ...words] = spec.command;
    const environment = { ...process.env, ...spec.environment, MINBEN_SUPERVISED: '1' };
    const started = spawn(program, words, { detached: true, stdio: ['pipe', 'pipe', 'pipe'], env: environment });
    child = started;
    started.stdin.on('error', () => undefined);
    for (const stream of [started.stdout, started.stderr]) {
      const lines = splitLines((line) => show(spec.name, line));
      stream.setEncoding('utf8').on('data', lines.write).once('close', lines.end);
    }
    let ended = false;
    const end = (how: string) => {
      if (ended) return;
      ended = true;
      child = undefined;
      onEnd();
      if (stopping) return;
      if (clock.monotonic() - began >= times.steadyMs) pause = times.firstPauseMs;
      show(spec.name, `ended (${how}); starts again in ${pause} ms`);
      cancelRestart = clock.after(pause, start);
      pause = Math.min(pause * 2, times.longestPauseMs);
    };
    started.once('error', (error) => end(error.message));
    started.once('close', (code, signal) => end(signal ?? `status ${code}`));
  };
  start();

  return {
    spec,
    processId: () => child?.pid,
    starts: () => starts,
    async stop() {
      stopping = true;
      cancelRestart();
      const running = child;
      if (running === undefined) return;
      await new Promise<void>((resolve) => {
        const cancel = clock.after(times.patienceMs, () => {
          show(spec.name, `did not end within ${times.patienceMs} ms and is killed`);
          running.kill('SIGKILL');
        });
        onEnd = () => {
          cancel();
          resolve();
        };
        running.kill('SIGTERM');
      });
    },
    kill() {
      stopping = true;
      cancelRestart();
      child?.kill('SIGKILL');
    },
  };
}
