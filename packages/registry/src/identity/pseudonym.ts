/**
 * Sector pseudonyms (PROTOCOL 21): in each sector a person has another 32 bytes that say nothing outside it.
 * A pseudonym is the person's number under deterministic authenticated encryption with the sector's key: the
 * synthetic-IV composition (HMAC-SHA-256 over the number is the IV of AES-256-CTR, as RFC 5297 composes it).
 * Like a plain HMAC it is the same each time and unreadable without the key; unlike one, identity can translate
 * it into another sector without keeping any table of persons, and a made-up pseudonym is recognised as such.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import {
  decodeBase64Url,
  encodeBase64Url,
  type Pseudonym,
  parseNationalId,
  parseResidentCertificateNumber,
} from '@minben/kernel';

export interface Pseudonyms {
  /** The person's pseudonym in `sector`; undefined when the number's form or check digit is wrong. */
  make(number: string, sector: string): Pseudonym | undefined;
  /** The same person's pseudonym in another sector; undefined when `pseudonym` is none of sector `from`. */
  translate(pseudonym: string, from: string, to: string): Pseudonym | undefined;
}

const BLOCK_BYTES = 16;

/** `secret`: 32 unpredictable bytes that nobody but identity holds; every sector's keys derive from it (HKDF, RFC 5869). */
export function createPseudonyms(secret: Uint8Array): Pseudonyms {
  if (secret.length !== 32) throw new RangeError('the pseudonym secret has 32 bytes');
  const keys = new Map<string, SectorKeys>();
  const keysOf = (sector: string): SectorKeys => {
    let found = keys.get(sector);
    if (!found) {
      found = deriveKeys(secret, sector);
      keys.set(sector, found);
    }
    return found;
  };
  return {
    make(number, sector) {
      return isPersonNumber(number) ? seal(keysOf(sector), number) : undefined;
    },
    translate(pseudonym, from, to) {
      const number = open(keysOf(from), pseudonym);
      return number === undefined ? undefined : seal(keysOf(to), number);
    },
  };
}

function isPersonNumber(text: string): boolean {
  return parseNationalId(text).ok || parseResidentCertificateNumber(text).ok;
}

interface SectorKeys {
  readonly authentication: Buffer;
  readonly encryption: Buffer;
}

function deriveKeys(secret: Uint8Array, sector: string): SectorKeys {
  const bytes = Buffer.from(hkdfSync('sha256', secret, 'minben/pseudonym/1', sector, 64));
  return { authentication: bytes.subarray(0, 32), encryption: bytes.subarray(32) };
}

function seal(keys: SectorKeys, number: string): Pseudonym {
  const block = Buffer.alloc(BLOCK_BYTES);
  block.write(number, 'latin1');
  const iv = syntheticIv(keys, block);
  const cipher = createCipheriv('aes-256-ctr', keys.encryption, iv);
  return encodeBase64Url(Buffer.concat([iv, cipher.update(block), cipher.final()])) as Pseudonym;
}

function open(keys: SectorKeys, pseudonym: string): string | undefined {
  const bytes = decodeBase64Url(pseudonym);
  if (!bytes.ok || bytes.value.length !== 2 * BLOCK_BYTES) return undefined;
  const iv = bytes.value.subarray(0, BLOCK_BYTES);
  const decipher = createDecipheriv('aes-256-ctr', keys.encryption, iv);
  const block = Buffer.concat([decipher.update(bytes.value.subarray(BLOCK_BYTES)), decipher.final()]);
  if (!timingSafeEqual(iv, syntheticIv(keys, block))) return undefined;
  return block.toString('latin1').replace(/\0+$/, '');
}

function syntheticIv(keys: SectorKeys, block: Buffer): Buffer {
  return createHmac('sha256', keys.authentication).update(block).digest().subarray(0, BLOCK_BYTES);
}
