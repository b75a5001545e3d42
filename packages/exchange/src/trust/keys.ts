/**
 * Public keys as the trust bundle writes them, made ready for checking signatures. Signatures are Ed25519
 * (RFC 8032), keys are the raw 32 bytes in base64url; log keys are C2SP verifier keys (`name+id+key`,
 * c2sp.org/signed-note). Checking is synchronous: the gateway does it on its hot path.
 */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { decodeBase64, decodeBase64Url } from '@minben/kernel';

/** Ed25519 SubjectPublicKeyInfo before the raw key (RFC 8410). */
const ED25519_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** An Ed25519 public key from its raw 32 bytes; throws on any other length. */
export function readVerifyingKey(raw: Uint8Array): KeyObject {
  if (raw.length !== 32) throw new RangeError(`an Ed25519 public key has 32 bytes, not ${raw.length}`);
  return createPublicKey({ key: Buffer.concat([ED25519_PREFIX, raw]), format: 'der', type: 'spki' });
}

/** An Ed25519 public key from base64url; undefined when the text is not 32 bytes. */
export function readBundleKey(text: string): KeyObject | undefined {
  const raw = decodeBase64Url(text);
  return raw.ok && raw.value.length === 32 ? readVerifyingKey(raw.value) : undefined;
}

/** True only for a valid Ed25519 signature of `message` under `key`. */
export function isSignedBy(key: KeyObject, message: Uint8Array, signature: Uint8Array): boolean {
  return signature.length === 64 && verify(null, message, key, signature);
}

/** A log's public key: the name that its checkpoints carry, the four-byte key id, and the key. */
export interface LogKey {
  readonly name: string;
  readonly id: Buffer;
  readonly key: KeyObject;
}

/** Reads a C2SP verifier key of type Ed25519 (0x01); undefined when malformed or when the id is not the key's. */
export function readLogKey(text: string): LogKey | undefined {
  const [name, id, encoded, ...rest] = splitVerifierKey(text);
  if (!name || !id || !encoded || rest.length > 0 || /[\s+]/.test(name)) return undefined;
  const bytes = decodeBase64(encoded);
  if (!bytes.ok || bytes.value.length !== 33 || bytes.value[0] !== 1) return undefined;
  const expected = createHash('sha256').update(`${name}\n`).update(bytes.value).digest().subarray(0, 4);
  if (expected.toString('hex') !== id) return undefined;
  return { name, id: expected, key: readVerifyingKey(bytes.value.subarray(1)) };
}

/** The key part is base64 and may itself hold `+`, so only the first two separate. */
function splitVerifierKey(text: string): string[] {
  const first = text.indexOf('+');
  const second = text.indexOf('+', first + 1);
  return first < 0 || second < 0 ? [] : [text.slice(0, first), text.slice(first + 1, second), text.slice(second + 1)];
}
