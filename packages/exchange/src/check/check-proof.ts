/** The checks of a proof, the same in both directions (PROTOCOL 11, 13). Each refuses by one rule. */
import { hashLeaf, verifyInclusion } from '@minben/evidence';
import type { Service } from '../trust/bundle-model.ts';
import type { ArrivedMessage, CheckRefusal } from './inspection.ts';

/** The longest path of a tree with fewer than 2^53 leaves. */
const MAXIMUM_PATH = 53;

/** The entry stands in the tree of the head that came with it. */
export function checkInclusion(arrived: ArrivedMessage, entry: Uint8Array): CheckRefusal | undefined {
  const { evidence, head } = arrived;
  if (head === undefined || head.head.size !== evidence.size) return { rule: 'entry-not-included' };
  if (evidence.path.length > MAXIMUM_PATH) return { rule: 'entry-not-included' };
  if (!verifyInclusion(hashLeaf(entry), evidence.index, head.head, evidence.path))
    return { rule: 'entry-not-included' };
  return undefined;
}

/** The head belongs to the peer's log and carries its key's signature. */
export function checkCheckpointSignature(arrived: ArrivedMessage): CheckRefusal | undefined {
  return arrived.head?.signed === true ? undefined : { rule: 'checkpoint-signature' };
}

/** The head is no other tree than the ones seen before, or its proof may still arrive. */
export function checkHeadStanding(arrived: ArrivedMessage): CheckRefusal | undefined {
  const standing = arrived.head?.standing();
  if (standing === 'conflict') return { rule: 'head-conflict' };
  if (standing === 'unproven' || standing === undefined) return { rule: 'head-unproven' };
  return undefined;
}

/** The peer's log was witnessed recently enough for this service. */
export function checkProvisionalAge(arrived: ArrivedMessage, service: Service): CheckRefusal | undefined {
  const limit = service.policy.maximumProvisionalSeconds;
  if (limit === undefined) return undefined;
  const age = arrived.head?.provisionalSeconds();
  return age === undefined || age > limit ? { rule: 'provisional-too-old' } : undefined;
}
