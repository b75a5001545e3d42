/** Follows every log round after round while the processes come and go. */
import { pause } from '../cluster/until.ts';
import type { Load } from '../load/exchanges.ts';
import type { Ledger } from './ledger.ts';

const EVERY_MS = 400;

export function watchLogs(ledger: Ledger): Load {
  let isStopped = false;
  const work = async (): Promise<void> => {
    while (!isStopped) {
      // A process that is dead now is followed in the next round.
      for (const follower of Object.values(ledger.followers)) await follower.follow().catch(() => undefined);
      await pause(EVERY_MS);
    }
  };
  const all = work();
  return {
    async stop() {
      isStopped = true;
      await all;
    },
  };
}
