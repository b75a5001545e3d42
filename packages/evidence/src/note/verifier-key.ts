/** C2SP signed-note verifier keys (vkeys): `name+key id+base64(type ‖ public key)`, Ed25519 only. */
import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import { decodeBase64, fail, type Result, succeed } from '@minben/kernel';
import { isKeyName } from './signed-note.ts';

/** 0x01: signs notes, that is, a log. 0x04: cosigns checkpoints with a time, that is, a witness. */
export type KeyType = 'log' | 'witness';

const TYPE_BYTE = { log: 0x01, witness: 0x04 } as const;
/** SubjectPublicKeyInfo of an Ed25519 key up to its 32 bytes (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

export interface VerifierKey {
  readonly name: string;
  readonly type: KeyType;
  readonly keyId: number;
  readonly publicKey: Buffer;
  readonly keyObject: KeyObject;
}

export type VerifierKeyError =
  | 'not-three-parts'
  | 'bad-key-name'
  | 'bad-key-id'
  | 'bad-key-encoding'
  | 'unknown-key-type';

export function createVerifierKey(name: string, type: KeyType, publicKey: Uint8Array): VerifierKey {
  if (!isKeyName(name)) throw new TypeError('a key name is not empty and has no space and no plus');
  if (publicKey.length !== 32) throw new TypeError('an Ed25519 public key is 32 bytes');
  const raw = Buffer.from(publicKey);
  const keyObject = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });
  return { name, type, keyId: computeKeyId(name, type, raw), publicKey: raw, keyObject };
}

/** The first four bytes of SHA-256(name ‖ "\n" ‖ type ‖ public key), as the specifications compute it. */
export function computeKeyId(name: string, type: KeyType, publicKey: Uint8Array): number {
  const input = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(TYPE_BYTE[type]), publicKey]);
  return hash('sha256', input, 'buffer').readUInt32BE(0);
}

export function formatVerifierKey(key: Pick<VerifierKey, 'name' | 'type' | 'publicKey'>): string {
  const id = computeKeyId(key.name, key.type, key.publicKey).toString(16).padStart(8, '0');
  return `${key.name}+${id}+${Buffer.concat([Buffer.of(TYPE_BYTE[key.type]), key.publicKey]).toString('base64')}`;
}

/** Refuses a key whose id is not that of its name, type and bytes. */
export function parseVerifierKey(text: string): Result<VerifierKey, VerifierKeyError> {
  // Base64 may contain `+`, names and ids may not.
  const first = text.indexOf('+');
  const second = text.indexOf('+', first + 1);
  if (first < 0 || second < 0) return fail('not-three-parts');
  const name = text.slice(0, first);
  const id = text.slice(first + 1, second);
  const decoded = decodeBase64(text.slice(second + 1));
  if (!isKeyName(name)) return fail('bad-key-name');
  if (!decoded.ok || decoded.value.length !== 33) return fail('bad-key-encoding');
  const bytes = decoded.value;
  const type = bytes[0] === TYPE_BYTE.log ? 'log' : bytes[0] === TYPE_BYTE.witness ? 'witness' : undefined;
  if (type === undefined) return fail('unknown-key-type');
  const publicKey = bytes.subarray(1);
  if (id !== computeKeyId(name, type, publicKey).toString(16).padStart(8, '0')) return fail('bad-key-id');
  return succeed(createVerifierKey(name, type, publicKey));
}

/** Ed25519 (RFC 8032) over `message`. */
export function verifyEd25519(key: VerifierKey, message: Uint8Array, signature: Uint8Array): boolean {
  return signature.length === 64 && verify(null, message, key.keyObject, signature);
}
