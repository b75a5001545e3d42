/**
 * A person's pseudonym, encrypted so that only one gateway (or identity) can read it: HPKE base mode
 * (RFC 9180) with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM. `info` binds the sealed text to
 * its use, so that a subject lifted out of one grant opens under no other service or purpose.
 */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { decodeBase64Url } from '@minben/kernel';
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from 'hpke';

/**
 * The sealing as a port: HPKE answers later, a simulation may answer at once.
 * Keys are raw X25519 keys of 32 bytes; sealed texts are base64url of `enc ‖ ciphertext`.
 */
export interface SubjectSealer {
  /** Encrypts `text` to `publicKey`; each call gives another sealed text. Throws when the key is not one. */
  seal(publicKey: Uint8Array, info: string, text: string): string | Promise<string>;
  /** The text, or undefined when it was sealed to another key, for another use, or was altered. */
  open(privateKey: Uint8Array, info: string, sealed: string): string | undefined | Promise<string | undefined>;
}

/** What a subject is sealed for: one service under one purpose. */
export function subjectInfo(service: string, purpose: string): string {
  return `minben/subject/1\n${service}\n${purpose}`;
}

/** What a person reference is sealed for: to be read by identity as a pseudonym of `sector` (PROTOCOL 21). */
export function referenceInfo(sector: string): string {
  return `minben/reference/1\n${sector}`;
}

const ENCAPSULATED_BYTES = 32;
const LONGEST_SEALED = 512;

export function createSubjectSealer(): SubjectSealer {
  const suite = new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
  return {
    async seal(publicKey, info, text) {
      const key = await suite.DeserializePublicKey(Uint8Array.from(publicKey));
      const { encapsulatedSecret, ciphertext } = await suite.Seal(key, Buffer.from(text), { info: Buffer.from(info) });
      return Buffer.concat([encapsulatedSecret, ciphertext]).toString('base64url');
    },
    async open(privateKey, info, sealed) {
      const bytes = decodeBase64Url(sealed);
      if (!bytes.ok || bytes.value.length <= ENCAPSULATED_BYTES || bytes.value.length > LONGEST_SEALED)
        return undefined;
      const key = {
        privateKey: await suite.DeserializePrivateKey(Uint8Array.from(privateKey)),
        publicKey: await suite.DeserializePublicKey(derivePublicKey(privateKey)),
      };
      try {
        const enc = Uint8Array.from(bytes.value.subarray(0, ENCAPSULATED_BYTES));
        const text = await suite.Open(key, enc, Uint8Array.from(bytes.value.subarray(ENCAPSULATED_BYTES)), {
          info: Buffer.from(info),
        });
        return Buffer.from(text).toString();
      } catch {
        return undefined;
      }
    },
  };
}

/** X25519 PrivateKeyInfo before the raw key (RFC 8410). */
const X25519_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** The raw public key of a raw X25519 private key. */
export function derivePublicKey(privateKey: Uint8Array): Uint8Array {
  const key = createPrivateKey({ key: Buffer.concat([X25519_PREFIX, privateKey]), format: 'der', type: 'pkcs8' });
  return Uint8Array.from(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32));
}
