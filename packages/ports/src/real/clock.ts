import { performance } from 'node:perf_hooks';
import type { Clock } from '../clock.ts';

/** setTimeout fires at once for anything longer; a longer wait is cut into pieces of this length. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The clock of the machine. Its timers keep the process alive until they fire or are cancelled. */
export function createRealClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    after(milliseconds, action) {
      let timer: NodeJS.Timeout;
      const arm = (left: number): void => {
        const piece = Math.min(Math.max(left, 0), LONGEST_TIMER_MS);
        timer = setTimeout(() => (left > piece ? arm(left - piece) : action()), piece);
      };
      arm(milliseconds);
      return () => clearTimeout(timer);
    },
  };
}
