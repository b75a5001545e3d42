/**
 * Strict text forms of bytes. Each byte string has exactly one accepted text, so that no signature or digest
 * can travel in two spellings: no padding where none belongs, no spaces, no loose trailing bits.
 */
import { fail, type Result, succeed } from './result.ts';

/** RFC 4648 §5, without padding. */
export function encodeBase64Url(bytes: Uint8Array): string {
  return view(bytes).toString('base64url');
}

/** Inverse of `encodeBase64Url`; padding, other alphabets and non-zero trailing bits are refused. */
export function decodeBase64Url(text: string): Result<Buffer, 'not-base64url'> {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? succeed(bytes) : fail('not-base64url');
}

/** RFC 4648 §4, with padding, as signed notes have it. */
export function encodeBase64(bytes: Uint8Array): string {
  return view(bytes).toString('base64');
}

/** Inverse of `encodeBase64`, as strict. */
export function decodeBase64(text: string): Result<Buffer, 'not-base64'> {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? succeed(bytes) : fail('not-base64');
}

/** Lower-case hexadecimal. */
export function encodeHex(bytes: Uint8Array): string {
  return view(bytes).toString('hex');
}

/** Inverse of `encodeHex`; upper case is refused. */
export function decodeHex(text: string): Result<Buffer, 'not-hex'> {
  const bytes = Buffer.from(text, 'hex');
  return bytes.toString('hex') === text ? succeed(bytes) : fail('not-hex');
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
