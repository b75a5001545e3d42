/** Where long polls wait: until there is news, until their time is over, or until the caller has gone. */
import type { Clock } from '@minben/ports';

export interface WaitingRoom {
  /** Whoever waits is answered now. */
  announce(): void;
  /** Resolves when something changes, when the wait is over, or when the caller has gone. */
  change(milliseconds: number, signal: AbortSignal | undefined): Promise<void>;
}

export function createWaitingRoom(clock: Clock): WaitingRoom {
  const waiters = new Set<() => void>();
  return {
    announce() {
      for (const waiter of [...waiters]) waiter();
    },
    change: (milliseconds, signal) =>
      new Promise((resolve) => {
        const end = (): void => {
          waiters.delete(end);
          cancel();
          signal?.removeEventListener('abort', end);
          resolve();
        };
        const cancel = clock.after(milliseconds, end);
        waiters.add(end);
        signal?.addEventListener('abort', end);
      }),
  };
}
