/** C2SP signed-note: text, a blank line, signature lines. Strict: what is malformed is refused by name. */
import { decodeBase64, fail, type Result, succeed } from '@minben/kernel';

export interface NoteSignature {
  readonly name: string;
  /** Four bytes, as an unsigned integer. */
  readonly keyId: number;
  /** What follows the key id: 64 bytes for Ed25519, 72 for a cosignature. */
  readonly bytes: Buffer;
}

export interface SignedNote {
  /** With its final newline: exactly the bytes that were signed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export type NoteError =
  | 'not-well-formed'
  | 'control-character'
  | 'too-large'
  | 'no-blank-line'
  | 'no-signature'
  | 'too-many-signatures'
  | 'bad-signature-line'
  | 'bad-key-name'
  | 'bad-signature-encoding';

/** The specification asks for at least 16. */
const MAXIMUM_SIGNATURES = 32;
const MAXIMUM_CHARACTERS = 256 * 1024;
const SIGNATURE_PREFIX = '\u2014 ';
const CONTROL_CHARACTER = /[\u0000-\u0009\u000b-\u001f]/;

/** Key names are not empty and contain neither Unicode spaces nor `+`, nor anything that would break the line. */
export function isKeyName(name: string): boolean {
  return name !== '' && name.isWellFormed() && !/[\s\u0085+\u0000-\u001f]/.test(name);
}

export function parseNote(note: string): Result<SignedNote, NoteError> {
  if (note.length > MAXIMUM_CHARACTERS) return fail('too-large');
  if (!note.isWellFormed()) return fail('not-well-formed');
  if (CONTROL_CHARACTER.test(note)) return fail('control-character');
  const blank = note.lastIndexOf('\n\n');
  if (blank < 0) return fail('no-blank-line');
  const lines = note.slice(blank + 2).split('\n');
  if (lines.pop() !== '') return fail('bad-signature-line');
  if (lines.length === 0) return fail('no-signature');
  if (lines.length > MAXIMUM_SIGNATURES) return fail('too-many-signatures');
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const signature = parseSignatureLine(line);
    if (!signature.ok) return signature;
    signatures.push(signature.value);
  }
  return succeed({ text: note.slice(0, blank + 1), signatures });
}

/** One signature line without its newline. */
export function parseSignatureLine(
  line: string,
): Result<NoteSignature, 'bad-signature-line' | 'bad-key-name' | 'bad-signature-encoding'> {
  if (!line.startsWith(SIGNATURE_PREFIX)) return fail('bad-signature-line');
  const space = line.indexOf(' ', SIGNATURE_PREFIX.length);
  if (space < 0) return fail('bad-signature-line');
  const name = line.slice(SIGNATURE_PREFIX.length, space);
  if (!isKeyName(name)) return fail('bad-key-name');
  const bytes = decodeBase64(line.slice(space + 1));
  if (!bytes.ok || bytes.value.length < 5) return fail('bad-signature-encoding');
  return succeed({ name, keyId: bytes.value.readUInt32BE(0), bytes: bytes.value.subarray(4) });
}

/** The signature line with its newline. */
export function formatSignatureLine(signature: {
  readonly name: string;
  readonly keyId: number;
  readonly bytes: Uint8Array;
}): string {
  const bytes = Buffer.allocUnsafe(4 + signature.bytes.length);
  bytes.writeUInt32BE(signature.keyId, 0);
  bytes.set(signature.bytes, 4);
  return `${SIGNATURE_PREFIX}${signature.name} ${bytes.toString('base64')}\n`;
}
