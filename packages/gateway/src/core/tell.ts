/** Tells a peer what became of its request (PROTOCOL 10): only to the gateway that sent it, with the answer's proof in the newest head. */
import type { EvidenceLog } from '@minben/evidence';
import { type BundleIndex, parseResponseDetails } from '@minben/exchange';
import type { Told } from '../links/framed-door.ts';
import type { RecordedAnswer } from './answer.ts';
import type { IncomingRecord } from './incoming.ts';

export interface TellMeans {
  readonly log: EvidenceLog;
  readonly incoming: IncomingRecord;
  bundle(): BundleIndex | undefined;
  /** Refuses the entry from this gateway from now on; false when that cannot be promised. */
  bar(gateway: string, entry: string): boolean;
  /** The recorded answer of a request that memory no longer holds; `unknown` when it was received and has none. */
  findOlder(entry: string): Promise<RecordedAnswer | 'unknown' | undefined>;
}

export function createTeller({
  log,
  incoming,
  bundle,
  findOlder,
  bar,
}: TellMeans): (peerFingerprint: string, entry: Uint8Array) => Promise<Told> {
  return async (peerFingerprint, entry) => {
    const key = Buffer.from(entry).toString('hex');
    const peer = bundle()?.gatewaysByCertificate.get(peerFingerprint);
    // Without a bundle nobody is known, and nothing may be said that ends the sender's request.
    if (peer === undefined) return { state: 'open' };
    // It may arrive while the index is read.
    const found = incoming.find(key) ?? (await findOlder(key)) ?? incoming.find(key);
    // What may still be on its way must not have an effect after its sender was told that it never came.
    if (found === undefined) return { state: bar(peer.id, key) ? 'not-received' : 'open' };
    if (typeof found === 'string') return { state: found };
    const details = parseResponseDetails(found.details);
    // To anybody else it is as if the request had never been.
    if (!details.ok || details.value.to.gateway !== peer.id) return { state: 'not-received' };
    const head = log.head;
    const path = await log.inclusionPath(found.index, head.size);
    const evidence = {
      kind: found.kind,
      salt: found.salt,
      details: found.details,
      index: found.index,
      size: head.size,
      path,
    };
    return { state: 'answered', evidence, head };
  };
}
