/** PROTOCOL 1: what stands in the log is a salted commitment and says nothing by itself. */
import { hash } from 'node:crypto';

export const SALT_BYTES = 32;

const KIND = /^[a-z-]{1,32}$/;

export function isKind(kind: string): boolean {
  return KIND.test(kind);
}

/**
 * SHA-256("minben/evidence/1\n" ‖ kind ‖ "\n" ‖ salt ‖ details): the 32 bytes that become a log's leaf data.
 * `details` are exact RFC 8785 bytes. Throws TypeError for a kind or salt that cannot be (check what comes
 * from outside with `isKind` first).
 */
export function commit(kind: string, salt: Uint8Array, details: Uint8Array | string): Buffer {
  if (!isKind(kind)) throw new TypeError('a kind is 1 to 32 characters of a-z and -');
  if (salt.length !== SALT_BYTES) throw new TypeError('a salt is 32 bytes');
  const prefix = Buffer.from(`minben/evidence/1\n${kind}\n`, 'latin1');
  const bytes = typeof details === 'string' ? Buffer.from(details) : details;
  return hash('sha256', Buffer.concat([prefix, salt, bytes]), 'buffer');
}
