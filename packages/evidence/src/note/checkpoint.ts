/** C2SP tlog-checkpoint: origin, size and root of a log, signed by it as a note. */
import { decodeBase64, encodeBase64, fail, type Result, succeed } from '@minben/kernel';
import type { Hash, SignedHead } from '../contract.ts';
import { formatSignatureLine, type NoteError, type NoteSignature, parseNote } from './signed-note.ts';
import { type VerifierKey, verifyEd25519 } from './verifier-key.ts';

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
  /** The signed bytes: three lines, and extension lines if the log has any. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export type CheckpointError = NoteError | 'too-few-lines' | 'empty-line' | 'bad-size' | 'bad-root';

/** The text that a log signs, with its final newline. */
export function formatCheckpointText(origin: string, size: number, root: Hash): string {
  return `${origin}\n${size}\n${encodeBase64(root)}\n`;
}

/** A signed checkpoint from the raw signature of `formatCheckpointText`. */
export function formatCheckpoint(
  origin: string,
  size: number,
  root: Hash,
  keyId: number,
  signature: Uint8Array,
): string {
  return `${formatCheckpointText(origin, size, root)}\n${formatSignatureLine({ name: origin, keyId, bytes: signature })}`;
}

/** Reads a checkpoint. Nothing in it may be believed before `verifyCheckpoint`. */
export function parseCheckpoint(note: string): Result<Checkpoint, CheckpointError> {
  const parsed = parseNote(note);
  if (!parsed.ok) return parsed;
  const { text, signatures } = parsed.value;
  const lines = text.slice(0, -1).split('\n');
  if (lines.length < 3) return fail('too-few-lines');
  if (lines.includes('')) return fail('empty-line');
  const [origin, size, encodedRoot] = lines as [string, string, string];
  const root = decodeBase64(encodedRoot);
  if (!isDecimal(size)) return fail('bad-size');
  if (!root.ok || root.value.length !== 32) return fail('bad-root');
  return succeed({ origin, size: Number(size), root: root.value, text, signatures });
}

/** ASCII decimal without leading zeroes, within what a number counts exactly. */
export function isDecimal(text: string): boolean {
  return /^(0|[1-9][0-9]{0,15})$/.test(text) && Number.isSafeInteger(Number(text));
}

export type CheckpointRefusal = CheckpointError | 'other-origin' | 'not-signed' | 'bad-signature';

/**
 * The head that `key` signed in this checkpoint. Signatures of unknown keys are ignored; one that carries
 * the key's name and id must verify. The key's name is the origin (C2SP tlog-checkpoint).
 */
export function verifyCheckpoint(note: string, key: VerifierKey): Result<SignedHead, CheckpointRefusal> {
  const parsed = parseCheckpoint(note);
  if (!parsed.ok) return parsed;
  const { origin, size, root, text, signatures } = parsed.value;
  if (origin !== key.name) return fail('other-origin');
  const own = signatures.filter((signature) => signature.name === key.name && signature.keyId === key.keyId);
  const [first] = own;
  if (first === undefined) return fail('not-signed');
  const message = Buffer.from(text);
  if (!own.every((signature) => verifyEd25519(key, message, signature.bytes))) return fail('bad-signature');
  return succeed({ origin, size, root, checkpoint: `${text}\n${formatSignatureLine(first)}` });
}
