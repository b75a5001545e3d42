/** A clock that a test moves by hand. Timers fire in order while it moves. */
import type { Clock } from '@minben/ports';

export interface ManualClock extends Clock {
  /** Moves wall and monotonic time on, firing what falls due, and lets promises settle between. */
  advance(milliseconds: number): Promise<void>;
}

export function createManualClock(start = 1_800_000_000_000): ManualClock {
  let elapsed = 0;
  const timers = new Set<{ due: number; action: () => void }>();
  return {
    now: () => start + elapsed,
    monotonic: () => 5000 + elapsed,
    after(milliseconds, action) {
      const timer = { due: elapsed + milliseconds, action };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(milliseconds) {
      const end = elapsed + milliseconds;
      for (;;) {
        await settle();
        const next = [...timers].filter((timer) => timer.due <= end).sort((a, b) => a.due - b.due)[0];
        if (!next) break;
        timers.delete(next);
        elapsed = Math.max(elapsed, next.due);
        next.action();
      }
      elapsed = end;
      await settle();
    },
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}
