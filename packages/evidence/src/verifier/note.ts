/** C2SP signed-note, tlog-checkpoint, tlog-cosignature and tlog-proof as far as a receipt needs them. */
import { type Bytes, concat, equal, fromBase64, fromDecimal, sha256, utf8 } from './bytes.ts';

export interface NoteKey {
  readonly name: string;
  readonly type: 'log' | 'witness';
  readonly keyId: Bytes;
  readonly publicKey: Bytes;
}

interface NoteSignature {
  readonly name: string;
  readonly keyId: Bytes;
  readonly bytes: Bytes;
}

export interface Proof {
  readonly index: number;
  readonly path: readonly Bytes[];
  readonly origin: string;
  readonly size: number;
  readonly root: Bytes;
  /** The signed text of the checkpoint. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

const LOG_KEY = 0x01;
const WITNESS_KEY = 0x04;

/** Reads a verifier key whose id is that of its name and bytes. Throws TypeError: a trust policy with a wrong key is a mistake. */
export async function readKey(text: string): Promise<NoteKey> {
  const [, name = '', id = '', encoded = ''] = /^([^+\s]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? [];
  const bytes = fromBase64(encoded);
  const typeByte = bytes?.[0];
  if (bytes?.length !== 33 || (typeByte !== LOG_KEY && typeByte !== WITNESS_KEY))
    throw new TypeError(`not a verifier key: ${text}`);
  const keyId = (await sha256(concat(utf8(`${name}\n`), bytes))).slice(0, 4);
  const written = Array.from(keyId, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (written !== id) throw new TypeError(`the id of this verifier key is not that of its name and key: ${text}`);
  return { name, type: typeByte === LOG_KEY ? 'log' : 'witness', keyId, publicKey: bytes.slice(1) };
}

/** Reads a tlog-proof strictly; undefined when it is malformed. Extra data is refused: no receipt has any. */
export function readProof(text: string): Proof | undefined {
  const blank = text.indexOf('\n\n');
  if (blank < 0) return undefined;
  const [first, indexLine = '', ...hashes] = text.slice(0, blank).split('\n');
  const index = indexLine.startsWith('index ') ? fromDecimal(indexLine.slice('index '.length)) : undefined;
  const path = hashes.map(fromBase64);
  if (first !== 'c2sp.org/tlog-proof@v1' || index === undefined || path.length > 63) return undefined;
  if (!path.every((hash): hash is Bytes => hash?.length === 32)) return undefined;
  const checkpoint = readCheckpoint(text.slice(blank + 2));
  return checkpoint === undefined ? undefined : { index, path, ...checkpoint };
}

function readCheckpoint(note: string): Omit<Proof, 'index' | 'path'> | undefined {
  const blank = note.lastIndexOf('\n\n');
  if (blank < 0 || !note.isWellFormed() || !note.endsWith('\n')) return undefined;
  const text = note.slice(0, blank + 1);
  const lines = text.slice(0, -1).split('\n');
  const [origin = '', sizeLine = '', rootLine = ''] = lines;
  const size = fromDecimal(sizeLine);
  const root = fromBase64(rootLine);
  if (lines.includes('') || size === undefined || root?.length !== 32) return undefined;
  const signatures = note
    .slice(blank + 2, -1)
    .split('\n')
    .map(readSignature);
  if (signatures.length > 32 || !signatures.every((signature) => signature !== undefined)) return undefined;
  return { origin, size, root, text, signatures };
}

function readSignature(line: string): NoteSignature | undefined {
  const [, name = '', encoded = ''] = /^\u2014 ([^+\s]+) (\S+)$/.exec(line) ?? [];
  const bytes = fromBase64(encoded);
  if (name === '' || bytes === undefined || bytes.length < 5) return undefined;
  return { name, keyId: bytes.slice(0, 4), bytes: bytes.slice(4) };
}

function signaturesBy(proof: Proof, key: NoteKey): NoteSignature[] {
  return proof.signatures.filter((signature) => signature.name === key.name && equal(signature.keyId, key.keyId));
}

async function verifyEd25519(publicKey: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  const { subtle } = globalThis.crypto;
  const key = await subtle.importKey('raw', publicKey, { name: 'Ed25519' }, false, ['verify']);
  return await subtle.verify({ name: 'Ed25519' }, key, signature, message);
}

/** Whether the log of this key signed the checkpoint. All lines that carry its name and id must verify. */
export async function isSignedBy(proof: Proof, key: NoteKey): Promise<boolean> {
  const own = signaturesBy(proof, key);
  const valid = await Promise.all(
    own.map((signature) => verifyEd25519(key.publicKey, utf8(proof.text), signature.bytes)),
  );
  return own.length > 0 && valid.every(Boolean);
}

/**
 * When the witness of this key cosigned the checkpoint, in seconds since the epoch, its earliest if several;
 * `invalid` when a line carries its name and id and does not verify.
 */
export async function cosignatureTime(proof: Proof, key: NoteKey): Promise<number | 'invalid' | undefined> {
  const times: number[] = [];
  for (const { bytes } of signaturesBy(proof, key)) {
    if (bytes.length !== 72) return 'invalid';
    const time = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0));
    const message = utf8(`cosignature/v1\ntime ${time}\n${proof.text}`);
    if (!Number.isSafeInteger(time) || !(await verifyEd25519(key.publicKey, message, bytes.slice(8)))) return 'invalid';
    times.push(time);
  }
  return times.length === 0 ? undefined : Math.min(...times);
}
