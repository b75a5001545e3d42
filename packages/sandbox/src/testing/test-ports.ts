/** Ports for the package's own tests: the machine's clock and randomness, and a logger that keeps its lines. */
import { randomBytes } from 'node:crypto';
import type { Clock, Logger, Random } from '@minben/ports';

export interface TestPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly lines: string[];
}

export function makeTestPorts(): TestPorts {
  const lines: string[] = [];
  return {
    lines,
    clock: {
      now: () => Date.now(),
      monotonic: () => performance.now(),
      after: (milliseconds, action) => {
        const timer = setTimeout(action, milliseconds);
        return () => clearTimeout(timer);
      },
    },
    random: { bytes: (length) => randomBytes(length) },
    log: (level, event, fields) => {
      lines.push(JSON.stringify({ level, event, ...fields }));
    },
  };
}
