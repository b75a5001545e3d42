/**
 * Proof that an entry stands in the hub's log (c2sp.org/tlog-proof), as bundles and grants carry it. It is
 * read more strictly than a receipt, so that no byte can change without a refusal: no unauthenticated `extra`
 * line, and exactly one signature under the checkpoint, the log's own.
 */
import {
  hashLeaf,
  parseCheckpoint,
  parseProof,
  type SignedHead,
  type TlogProof,
  verifyCheckpoint,
  verifyInclusion,
} from '@minben/evidence';
import { fail, type Result, succeed } from '@minben/kernel';
import type { LogKey } from './keys.ts';

/** A proof taken apart, nothing checked yet. */
export type LogProof = TlogProof;

export type LogProofError = 'proof-malformed' | 'proof-of-another-log' | 'checkpoint-signature' | 'not-in-the-log';

/**
 * Whether a checkpoint is the log's. The gateway passes its own, which remembers heads it has checked before
 * (one signature covers all entries of a batch) and keeps PROTOCOL 13's head rule.
 */
export type HeadCheck = (checkpoint: string) => Result<SignedHead, LogProofError>;

/** Reads a proof's text. Its unauthenticated `extra` line is refused: it could change without being noticed. */
export function parseLogProof(text: string): Result<LogProof, 'proof-malformed'> {
  const proof = parseProof(text);
  if (!proof.ok || proof.value.extra !== undefined) return fail('proof-malformed');
  const { index, path, checkpoint } = proof.value;
  return succeed({ index, path, checkpoint });
}

/** Reads a checkpoint that carries the log's own signature and no other line (c2sp.org/tlog-checkpoint). */
export function openCheckpoint(checkpoint: string, log: LogKey): Result<SignedHead, LogProofError> {
  const parsed = parseCheckpoint(checkpoint);
  if (!parsed.ok || parsed.value.signatures.length !== 1) return fail('proof-malformed');
  const head = verifyCheckpoint(checkpoint, log);
  if (head.ok) return head;
  switch (head.error) {
    case 'other-origin':
    case 'not-signed':
      return fail('proof-of-another-log');
    case 'bad-signature':
      return fail('checkpoint-signature');
    default:
      return fail('proof-malformed');
  }
}

/** Checks the whole proof for `entry` (the log's 32-byte leaf data); answers the head that holds it. */
export function checkLogProof(
  text: string,
  entry: Uint8Array,
  checkHead: HeadCheck,
): Result<SignedHead, LogProofError> {
  const proof = parseLogProof(text);
  if (!proof.ok) return proof;
  const { index, path, checkpoint } = proof.value;
  const head = checkHead(checkpoint);
  if (!head.ok) return head;
  return verifyInclusion(hashLeaf(entry), index, head.value, path) ? succeed(head.value) : fail('not-in-the-log');
}
