/** PROTOCOL 1: what stands in the log is a salted commitment and says nothing by itself. */
import { digestToBuffer } from './merkle/hash.ts';

export const SALT_BYTES = 32;
/** Details of a message are about 600 bytes; larger ones get a buffer of their own. */
const scratch = Buffer.allocUnsafeSlow(4096);

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
  const prefix = `minben/evidence/1\n${kind}\n`;
  const detailsBytes = typeof details === 'string' ? Buffer.byteLength(details) : details.length;
  const total = prefix.length + SALT_BYTES + detailsBytes;
  const input = total <= scratch.length ? scratch : Buffer.allocUnsafe(total);
  input.write(prefix, 0, 'latin1');
  input.set(salt, prefix.length);
  if (typeof details === 'string') input.write(details, prefix.length + SALT_BYTES, 'utf8');
  else input.set(details, prefix.length + SALT_BYTES);
  return digestToBuffer(input.subarray(0, total));
}
