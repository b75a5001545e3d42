import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { Signer } from '../signer.ts';

/** RFC 8410 section 7: the PKCS8 wrapping of a raw Ed25519 private key, up to its 32 bytes. */
const ED25519_PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

export interface FileSigner extends Signer {
  /** At once: for Ed25519 a hop to a thread costs more than the signature. */
  sign(message: Uint8Array): Uint8Array;
}

/**
 * Signs with an Ed25519 key held in this process's memory.
 * `key` is the 32-byte seed (RFC 8032 section 5.1.5) or a PKCS8 PEM; anything else throws.
 */
export function createFileSigner(key: Uint8Array | string): FileSigner {
  const privateKey = typeof key === 'string' ? createPrivateKey(key) : privateKeyOfSeed(key);
  if (privateKey.asymmetricKeyType !== 'ed25519') {
    throw new TypeError(`an Ed25519 key is needed to sign, not ${privateKey.asymmetricKeyType}`);
  }
  return {
    publicKey: rawPublicKey(privateKey),
    sign: (message) => sign(null, message, privateKey),
  };
}

/** The 32 raw bytes of the public half of an Ed25519 or X25519 private key. */
export function rawPublicKey(privateKey: KeyObject): Buffer {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  if (x === undefined) throw new TypeError('the key has no raw public form');
  return Buffer.from(x, 'base64url');
}

function privateKeyOfSeed(seed: Uint8Array): KeyObject {
  if (seed.byteLength !== 32) throw new TypeError(`an Ed25519 seed has 32 bytes, not ${seed.byteLength}`);
  return createPrivateKey({ key: Buffer.concat([ED25519_PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' });
}
