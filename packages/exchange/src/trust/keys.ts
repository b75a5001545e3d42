/**
 * Public keys as the trust bundle writes them, made ready for checking signatures. Signatures are Ed25519
 * (RFC 8032), keys are the raw 32 bytes in base64url; log keys are C2SP verifier keys (c2sp.org/signed-note).
 * Checking is synchronous: the gateway does it on its hot path.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { parseVerifierKey, type VerifierKey } from '@minben/evidence';
import { decodeBase64Url } from '@minben/kernel';

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

/** A log's public key: the name that its checkpoints carry, the key id, and the key. */
export type LogKey = VerifierKey;

/** Reads a verifier key of a log; undefined when malformed, when the id is not the key's, or when it is a witness's. */
export function readLogKey(text: string): LogKey | undefined {
  const key = parseVerifierKey(text);
  return key.ok && key.value.type === 'log' ? key.value : undefined;
}
