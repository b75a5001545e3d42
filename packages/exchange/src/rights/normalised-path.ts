/**
 * Whether a path is already in its one normal form (PROTOCOL 6). Rights are decided on the path as it stands and the
 * register receives it as it stands, so any spelling that some server between here and there might read differently
 * (dot segments, encoded dots and slashes, path parameters, doubled slashes and encodings) is refused, never rewritten.
 * Normal form: RFC 3986 §6.2.2, and stricter.
 */
import { fail, type Result, succeed } from '@minben/kernel';

/** A path and query that were found to be normal; both stand exactly as they arrived. */
export interface SplitPath {
  /** Empty, or beginning with `/`. */
  readonly path: string;
  /** With its `?`, or empty. Never decoded, never changed. */
  readonly query: string;
}

/** RFC 3986 pchar without `;` (path parameters: servers disagree on what they belong to) and without `%`. */
const PLAIN = new Uint8Array(128);
/** RFC 3986 unreserved: percent-encoding these makes a second spelling of the same path. */
const UNRESERVED = new Uint8Array(128);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~') {
  UNRESERVED[character.charCodeAt(0)] = 1;
  PLAIN[character.charCodeAt(0)] = 1;
}
for (const character of "!$&'()*+,=:@") PLAIN[character.charCodeAt(0)] = 1;

const SLASH = 0x2f;
const DOT = 0x2e;
const PERCENT = 0x25;

/** Splits what follows the service code into path and query, if the path is normal and the query is printable ASCII. */
export function splitNormalisedPath(pathAndQuery: string): Result<SplitPath, 'path-not-normalised'> {
  const mark = pathAndQuery.indexOf('?');
  const path = mark < 0 ? pathAndQuery : pathAndQuery.slice(0, mark);
  const query = mark < 0 ? '' : pathAndQuery.slice(mark);
  if (!isNormalisedPath(path) || !isPlainQuery(query)) return fail('path-not-normalised');
  return succeed({ path, query });
}

/** Whether `path` (without query) is normal. The empty path is: it names the service itself. One pass, linear. */
export function isNormalisedPath(path: string): boolean {
  if (path === '') return true;
  if (path.charCodeAt(0) !== SLASH) return false;
  let start = 1;
  let encoded = false;
  for (let at = 1; at <= path.length; at += 1) {
    const code = at < path.length ? path.charCodeAt(at) : SLASH;
    if (code === SLASH) {
      if (at === start && at < path.length) return false;
      if (isDotSegment(path, start, at)) return false;
      start = at + 1;
    } else if (code === PERCENT) {
      if (!isNeededEncoding(path, at)) return false;
      encoded = true;
      at += 2;
    } else if (code > 127 || PLAIN[code] === 0) return false;
  }
  return !encoded || decodesToText(path);
}

function isDotSegment(path: string, start: number, end: number): boolean {
  if (end - start > 2 || end === start) return false;
  return path.charCodeAt(start) === DOT && path.charCodeAt(end - 1) === DOT;
}

/** Whether the three characters at `at` are an upper-case percent-encoding of an octet that may not stand plainly. */
function isNeededEncoding(path: string, at: number): boolean {
  const octet = readUpperHex(path, at + 1);
  if (octet < 0x20 || octet === 0x7f) return false;
  if (octet === SLASH || octet === 0x5c || octet === 0x3b) return false;
  // An encoded percent sign before two hex digits is a double encoding: a server that decodes twice reads another path.
  if (octet === PERCENT && /^[0-9A-Fa-f]{2}/.test(path.slice(at + 3, at + 5))) return false;
  return octet > 127 || UNRESERVED[octet] === 0;
}

/** The octet of two upper-case hex digits, or -1. */
function readUpperHex(path: string, at: number): number {
  const high = upperHexDigit(path.charCodeAt(at));
  const low = upperHexDigit(path.charCodeAt(at + 1));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function upperHexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x41 && code <= 0x46) return code - 0x37;
  return -1;
}

/** Whether the encoded octets are well-formed UTF-8 (no overlong dots or slashes) without C1 controls or line separators. */
function decodesToText(path: string): boolean {
  try {
    return !/[\u0080-\u009f\u2028\u2029\ufeff]/.test(decodeURIComponent(path));
  } catch {
    return false;
  }
}

/** The query travels unmodified; only what could not stand in a request line at all is refused. */
function isPlainQuery(query: string): boolean {
  return /^[\x21\x22\x24-\x7e]*$/.test(query);
}
