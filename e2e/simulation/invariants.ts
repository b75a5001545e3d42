/** What must hold at the end of every run, whatever struck: each line that is returned names one promise that did not. */
import type { World } from '@minben/ports/simulated';
import { checkEffects } from './invariants/effects.ts';
import { checkEvidence } from './invariants/evidence.ts';
import { checkFields } from './invariants/fields.ts';
import { checkGrantsInTime } from './invariants/grants-in-time.ts';
import { checkHistories, readHistories } from './invariants/histories.ts';
import { checkOutcomes } from './invariants/outcomes.ts';
import type { Ledger } from './ledger.ts';
import type { Processes } from './processes.ts';

export async function checkInvariants(world: World, ledger: Ledger, processes: Processes): Promise<string[]> {
  const down = processes.all
    .filter(({ current }) => current === undefined)
    .map(({ machine }) => `${machine} did not come up again`);
  if (down.length > 0) return down;
  const histories = await world.run(readHistories(processes));
  return [
    ...ledger.bugs,
    ...checkHistories(ledger, histories),
    ...checkEvidence(ledger, histories),
    ...checkEffects(ledger),
    ...checkGrantsInTime(ledger),
    ...checkFields(ledger),
    ...checkOutcomes(ledger, processes),
  ];
}
