/** Checks what a peer told about an open request: its answer's evidence, without the body that was lost. */
import { commit, hashLeaf, verifyInclusion } from '@minben/evidence';
import { type ArrivedMessage, type BundleIndex, type CheckRefusal, parseResponseDetails } from '@minben/exchange';
import type { ExchangeOutcome, PeerEvidence } from './notes.ts';
import type { OpenRequest } from './outgoing.ts';

/**
 * How the request ended at this side. An answer that never reached the application ends as `unknown` with the
 * peer's proof beside it: the peer carried the request out, and nobody here saw the result.
 */
export function verifyTold(
  request: OpenRequest,
  arrived: ArrivedMessage,
  bundle: BundleIndex | undefined,
): { refusal: CheckRefusal } | { outcome: ExchangeOutcome; answer: PeerEvidence } {
  const { evidence, head } = arrived;
  const details = parseResponseDetails(evidence.details);
  if (!details.ok) return { refusal: { rule: details.error } };
  const peer = bundle?.gateways.get(request.peer);
  if (details.value.origin !== peer?.origin || details.value.from.gateway !== peer.id)
    return { refusal: { rule: 'wrong-log-origin' } };
  if (details.value.request !== request.entry.toString('hex') || details.value.id !== request.id)
    return { refusal: { rule: 'response-not-bound' } };
  if (head?.signed !== true || head.head.origin !== peer.origin) return { refusal: { rule: 'checkpoint-signature' } };
  const standing = head.standing();
  if (standing !== 'consistent' && standing !== 'pending') return { refusal: { rule: 'head-unproven' } };
  const entry = commit(evidence.kind, evidence.salt, evidence.details);
  if (!verifyInclusion(hashLeaf(entry), evidence.index, head.head, evidence.path))
    return { refusal: { rule: 'entry-not-included' } };
  const outcome = evidence.kind === 'refusal' ? 'refused' : evidence.kind === 'withheld' ? 'withheld' : 'unknown';
  return { outcome, answer: { evidence, checkpoint: head.head.checkpoint } };
}
