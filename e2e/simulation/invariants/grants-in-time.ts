/** I3: nothing leaves under a grant after its withdrawal was called effective, and nothing on a lease that has lapsed. */
import { createHash } from 'node:crypto';
import type { RequestDetails } from '@minben/exchange';
import type { Ledger } from '../ledger.ts';

const LEASE_MS = 1_000;

export function checkGrantsInTime({ left, arrived, grants, effectiveAt }: Ledger): string[] {
  const broken: string[] = [];
  const byHash = new Map([...grants.values()].map(({ jti, token }) => [hashOf(token), jti]));
  const requests = new Map(arrived.filter(({ seen }) => seen.kind === 'request').map(({ seen }) => [seen.entry, seen]));
  for (const { machine, seen, at, leaseSentAt } of left) {
    if (seen.kind !== 'response') continue;
    const request = requests.get(seen.request ?? '');
    if (request === undefined) continue;
    const { grant } = JSON.parse(request.details.toString()) as RequestDetails;
    const jti = byHash.get(grant ?? '');
    if (jti === undefined) continue;
    if (at > (effectiveAt.get(jti) ?? Number.POSITIVE_INFINITY))
      broken.push(`I3 ${machine} released ${seen.id.slice(-6)} after the withdrawal of ${jti} was effective`);
    if (at - leaseSentAt >= LEASE_MS)
      broken.push(`I3 ${machine} released ${seen.id.slice(-6)} on a lease of ${Math.round(at - leaseSentAt)} ms`);
  }
  return broken;
}

/** As the details name a grant: by the digest of its JWS, without the proof behind it. */
function hashOf(token: string): string {
  return createHash('sha256')
    .update(Buffer.from(token.split('~', 1)[0] ?? '', 'latin1'))
    .digest('hex');
}
