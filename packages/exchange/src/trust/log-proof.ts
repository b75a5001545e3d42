/**
 * Proof that an entry stands in the hub's log (c2sp.org/tlog-proof), as bundles and grants carry it. It is
 * read strictly, so that no byte can change without a refusal: no unauthenticated `extra` line, exactly one
 * signature under the checkpoint (the log's own), base64 without loose bits.
 */
import { createHash } from 'node:crypto';
import type { SignedHead } from '@minben/evidence';
import { decodeBase64, fail, type Result, succeed } from '@minben/kernel';
import { isSignedBy, type LogKey } from './keys.ts';

export type LogProofError = 'proof-malformed' | 'proof-of-another-log' | 'checkpoint-signature' | 'not-in-the-log';

/** A proof taken apart, nothing checked yet. */
export interface LogProof {
  readonly index: number;
  readonly path: readonly Uint8Array[];
  readonly checkpoint: string;
}

/**
 * Whether a checkpoint is the log's. The gateway passes its own, which remembers heads it has checked before
 * (one signature covers all entries of a batch) and keeps PROTOCOL 13's head rule.
 */
export type HeadCheck = (checkpoint: string) => Result<SignedHead, LogProofError>;

const HEADER = 'c2sp.org/tlog-proof@v1\n';
const NUMBER = /^(0|[1-9][0-9]{0,15})$/;

export function parseLogProof(text: string): Result<LogProof, 'proof-malformed'> {
  const end = text.indexOf('\n\n');
  if (!text.startsWith(HEADER) || end < 0) return fail('proof-malformed');
  const [indexLine = '', ...hashes] = text.slice(HEADER.length, end).split('\n');
  const index = indexLine.startsWith('index ') ? readNumber(indexLine.slice(6)) : undefined;
  if (index === undefined || hashes.length > 63) return fail('proof-malformed');
  const path: Buffer[] = [];
  for (const line of hashes) {
    const bytes = decodeBase64(line);
    if (!bytes.ok || bytes.value.length !== 32) return fail('proof-malformed');
    path.push(bytes.value);
  }
  return succeed({ index, path, checkpoint: text.slice(end + 2) });
}

/** Reads a checkpoint that carries the log's own signature and no other line (c2sp.org/tlog-checkpoint). */
export function openCheckpoint(checkpoint: string, log: LogKey): Result<SignedHead, LogProofError> {
  const split = checkpoint.lastIndexOf('\n\n');
  const [origin = '', sizeLine = '', rootLine = ''] = checkpoint.slice(0, Math.max(split, 0)).split('\n');
  const size = readNumber(sizeLine);
  const root = decodeBase64(rootLine);
  if (split < 0 || size === undefined || !root.ok || root.value.length !== 32) return fail('proof-malformed');
  if (origin !== log.name) return fail('proof-of-another-log');
  const prefix = `— ${log.name} `;
  const signatureLine = checkpoint.slice(split + 2);
  if (!signatureLine.startsWith(prefix) || signatureLine.indexOf('\n') !== signatureLine.length - 1)
    return fail('proof-malformed');
  const signature = decodeBase64(signatureLine.slice(prefix.length, -1));
  if (!signature.ok || signature.value.length !== 68) return fail('proof-malformed');
  if (!log.id.equals(signature.value.subarray(0, 4))) return fail('proof-of-another-log');
  const signed = Buffer.from(checkpoint.slice(0, split + 1));
  if (!isSignedBy(log.key, signed, signature.value.subarray(4))) return fail('checkpoint-signature');
  return succeed({ origin, size, root: root.value, checkpoint });
}

/** Checks the whole proof for `entry` (the log's 32-byte leaf data); answers the head that holds it. */
export function checkLogProof(
  text: string,
  entry: Uint8Array,
  checkHead: HeadCheck,
): Result<SignedHead, LogProofError> {
  const proof = parseLogProof(text);
  if (!proof.ok) return proof;
  const head = checkHead(proof.value.checkpoint);
  if (!head.ok) return head;
  const { index, path } = proof.value;
  return isIncluded(hash(0, entry), index, path, head.value) ? head : fail('not-in-the-log');
}

/** RFC 9162 section 2.1.3.2 (the hashing of RFC 6962); sizes beyond 2^31 need arithmetic, not bit operators. */
function isIncluded(leaf: Buffer, index: number, path: readonly Uint8Array[], head: SignedHead): boolean {
  if (index >= head.size) return false;
  let node = index;
  let last = head.size - 1;
  let root = leaf;
  for (const sibling of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      root = hash(1, sibling, root);
      while (node % 2 === 0 && node !== 0) {
        node /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      root = hash(1, root, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && root.equals(head.root);
}

function hash(prefix: 0 | 1, ...parts: readonly Uint8Array[]): Buffer {
  const digest = createHash('sha256').update(Uint8Array.of(prefix));
  for (const part of parts) digest.update(part);
  return digest.digest();
}

function readNumber(text: string): number | undefined {
  const value = NUMBER.test(text) ? Number(text) : undefined;
  return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
}
