/** Checks a gateway's answer as an outsider would: commitment, inclusion, and the signature of the gateway's log key. */
import { commit, hashLeaf, parseVerifierKey, verifyCheckpoint, verifyInclusion } from '@minben/evidence';
import type { Reply } from '../support/wire.ts';
import type { Stage } from './model.ts';

export function verifyAnswer(stage: Stage, reply: Reply): boolean {
  const { evidence, checkpoint, place } = reply;
  const key = parseVerifierKey(stage.cluster.gateway('b1').entry.logKey);
  if (evidence === undefined || checkpoint === undefined || place === undefined || !key.ok) return false;
  const head = verifyCheckpoint(checkpoint, key.value);
  const entry = commit(evidence.kind, evidence.salt, evidence.details);
  return head.ok && verifyInclusion(hashLeaf(entry), place.index, head.value, place.path);
}
