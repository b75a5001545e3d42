/** What a cheating member may not achieve: I2 and I7 for its messages, and I6 for its log, whose two histories must be noticed. */
import type { World } from '@minben/ports/simulated';
import type { Ledger } from '../ledger.ts';
import { originOf, RIVAL } from '../nation.ts';
import type { Processes } from '../processes.ts';
import type { RivalRecord } from '../rival.ts';

/** A head may stand unproven for ten seconds (PROTOCOL 13); and a while for the proof to be fetched. */
const PROOF_WINDOW_MS = 12_000;

export function checkRival(world: World, ledger: Ledger, { household }: Processes, record: RivalRecord): string[] {
  const broken: string[] = [];
  for (const { call, machine } of ledger.forwards) {
    const mischief = record.forbidden.get(call.messageId);
    if (mischief !== undefined) broken.push(`I7 ${machine} carried out a ${mischief} request of the rival`);
  }
  const [first, second] = (['first', 'second'] as const).map((side) =>
    record.onFork.find((taken) => taken.side === side),
  );
  const isNoticed = household.current?.core.heads.isFrozen(originOf(RIVAL.machine)) === true;
  if (first !== undefined && second !== undefined && !isNoticed && world.now - second.at > PROOF_WINDOW_MS) {
    broken.push('I6 household took up requests on two histories of one log and never noticed');
  }
  return broken;
}
