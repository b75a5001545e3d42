/** Everything that happened in a world, in order. Two runs of one seed have the same trace, byte for byte. */
import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export interface Trace {
  readonly lines: readonly string[];
  /** SHA-256 over all lines so far, hex: names the run. */
  hash(): string;
  /** Called at each line, before what the line announces takes effect; may crash or pause a machine. */
  onLine(listener: (line: TraceLine) => void): void;
}

export interface TraceLine {
  /** Microseconds since the world began. */
  readonly time: number;
  readonly machine: string;
  readonly what: string;
}

export interface WritableTrace extends Trace {
  add(time: number, machine: string, what: string): void;
}

export function createTrace(): WritableTrace {
  const lines: string[] = [];
  const listeners: ((line: TraceLine) => void)[] = [];
  const running: Hash = createHash('sha256');
  return {
    lines,
    hash: () => running.copy().digest('hex'),
    onLine: (listener) => void listeners.push(listener),
    add(time, machine, what) {
      const line = `${time} ${machine} ${what}`;
      lines.push(line);
      running.update(line).update('\n');
      for (const listener of listeners) listener({ time, machine, what });
    },
  };
}

/** How the trace names bytes: their number and checksum, so that a run that differs in content differs in trace. */
export function describeBytes(bytes: Uint8Array): string {
  return `${bytes.byteLength}#${crc32(bytes).toString(16).padStart(8, '0')}`;
}
