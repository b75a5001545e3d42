/** I2: one message id, one effect, one use. I7: no entry counts twice, and none that is not of this minute counts at all. */
import type { RequestDetails } from '@minben/exchange';
import type { Ledger } from '../ledger.ts';

/** The bundle's thirty seconds, and one for the rounding of both sides. */
const FRESHNESS_SECONDS = 31;
const PROVIDERS = ['household', 'spare'] as const;

export function checkEffects(ledger: Ledger): string[] {
  return [...checkForwards(ledger), ...checkUses(ledger), ...checkFreshness(ledger)];
}

function checkForwards({ calls, forwards, arrived }: Ledger): string[] {
  const broken: string[] = [];
  const times = new Map<string, number>();
  for (const { call } of forwards) times.set(call.messageId, (times.get(call.messageId) ?? 0) + 1);
  for (const [id, count] of times) {
    const method = forwards.find(({ call }) => call.messageId === id)?.call.method;
    if (method === 'POST' && count > 1) broken.push(`I2 the agency did ${id.slice(-6)} ${count} times`);
    const entries = new Set(
      arrived
        .filter(({ machine, seen }) => machine !== 'city' && seen.kind === 'request' && seen.id === id)
        .map(({ seen }) => seen.entry),
    );
    if (count > entries.size)
      broken.push(`I7 ${entries.size} entries of ${id.slice(-6)} were forwarded ${count} times`);
    if (!calls.has(id) && !isFromRival(arrived, id))
      broken.push(`I4 the agency was asked for ${id.slice(-6)}, which nobody called`);
  }
  return broken;
}

function isFromRival(arrived: Ledger['arrived'], id: string): boolean {
  return arrived.some(
    ({ seen }) =>
      seen.id === id && (JSON.parse(seen.details.toString()) as RequestDetails).origin === 'rival.example/log',
  );
}

/** A use is counted when, and only when, the request that consumed it became durable; and no grant is used beyond its uses. */
function checkUses({ grants, calls, forwards, taps }: Ledger): string[] {
  const broken: string[] = [];
  for (const { jti, uses } of grants.values()) {
    if (uses === undefined) continue;
    const used = new Set(forwards.map(({ call }) => call.messageId).filter((id) => calls.get(id)?.grant?.jti === jti));
    if (used.size > uses) broken.push(`I2 the grant ${jti} of ${uses} uses was used ${used.size} times`);
    for (const machine of PROVIDERS) {
      const stored = new Set<string>();
      let counted = 0;
      for (const { note } of taps.get(machine)?.notes ?? []) {
        if (note.type === 'received' && note.grant === jti)
          stored.add((JSON.parse(Buffer.from(note.request.evidence.details).toString()) as RequestDetails).id);
        if (note.type === 'count' && note.subject === `grant ${jti}`) counted = Math.max(counted, note.count);
      }
      if (counted !== stored.size)
        broken.push(`I2 ${machine} counted ${counted} uses of ${jti} and stored ${stored.size}`);
    }
  }
  return broken;
}

function checkFreshness({ arrived, taps }: Ledger): string[] {
  const broken: string[] = [];
  for (const machine of PROVIDERS) {
    const accepted = new Set<string>();
    for (const { note } of taps.get(machine)?.notes ?? []) {
      if (note.type !== 'received') continue;
      const entry = note.entry.toString('hex');
      if (accepted.has(entry)) broken.push(`I7 ${machine} accepted one entry twice`);
      accepted.add(entry);
      const { iat, id } = JSON.parse(Buffer.from(note.request.evidence.details).toString()) as RequestDetails;
      const times = arrived.filter((one) => one.machine === machine && one.seen.entry === entry);
      if (!times.some(({ clock }) => Math.abs(clock - iat) <= FRESHNESS_SECONDS))
        broken.push(`I7 ${machine} accepted ${id.slice(-6)}, which was not fresh`);
    }
  }
  return broken;
}
