/**
 * RFC 8785 (JSON Canonicalization Scheme): one value, one text. What is hashed or signed anywhere in Minben
 * is such a text, and a receiver takes only texts that are already canonical (PROTOCOL 3), so that nobody
 * has to decide which of two readings was meant.
 */
import { fail, type Result, succeed } from './result.ts';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** Deepest nesting of arrays and objects that is written or accepted. */
export const maximumDepth = 64;

export type NotCanonical = 'not-utf8' | 'not-json' | 'not-canonical' | 'duplicate-name' | 'too-deep';

/**
 * The canonical text of `value`. Throws when the value has no JSON form: not finite, undefined, a lone
 * surrogate (RFC 8785 §3.2.2.2 demands an error), a class instance, or nesting beyond `maximumDepth`.
 */
export function canonicalize(value: JsonValue): string {
  // V8 writes numbers and strings as RFC 8785 wants them; only the order of names is ours to ensure.
  return isOrdered(value, 0) ? JSON.stringify(value) : write(value);
}

/**
 * Reads a text (or its UTF-8 bytes) that must already be canonical: parse → canonicalise leaves it unchanged.
 * Never throws; a byte order mark counts as `not-json`.
 */
export function parseCanonical(text: string | Uint8Array): Result<JsonValue, NotCanonical> {
  let source: string;
  if (typeof text === 'string') {
    if (!text.isWellFormed()) return fail('not-utf8');
    source = text;
  } else {
    try {
      source = decoder.decode(text);
    } catch {
      return fail('not-utf8');
    }
  }
  let value: JsonValue;
  try {
    value = JSON.parse(source) as JsonValue;
  } catch {
    return fail('not-json');
  }
  try {
    if (canonicalize(value) === source) return succeed(value);
  } catch (error) {
    if (error instanceof TooDeep) return fail('too-deep');
    if (!(error instanceof NoJsonForm)) throw error;
    return fail('not-canonical');
  }
  return fail(hasDuplicateName(source) ? 'duplicate-name' : 'not-canonical');
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

class NoJsonForm extends TypeError {}
class TooDeep extends RangeError {}

/** Whether all names stand in UTF-16 order already (the usual case, and then V8 can write the text at once). */
function isOrdered(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw new NoJsonForm('a lone surrogate has no canonical JSON form');
      return true;
    case 'number':
      if (!Number.isFinite(value)) throw new NoJsonForm('a number that is not finite has no JSON form');
      return true;
    case 'boolean':
      return true;
    case 'object':
      break;
    default:
      throw new NoJsonForm(`a ${typeof value} has no JSON form`);
  }
  if (value === null) return true;
  if (depth >= maximumDepth) throw new TooDeep(`nested deeper than ${maximumDepth}`);
  return Array.isArray(value) ? isOrderedArray(value, depth) : isOrderedObject(value, depth);
}

function isOrderedArray(value: readonly unknown[], depth: number): boolean {
  let ordered = true;
  // An index loop, since a hole must be seen too.
  for (let index = 0; index < value.length; index += 1) {
    if (!isOrdered(value[index], depth + 1)) ordered = false;
  }
  return ordered;
}

function isOrderedObject(value: object, depth: number): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new NoJsonForm('an instance has no JSON form');
  let ordered = true;
  let previous: string | undefined;
  for (const name of Object.keys(value)) {
    if (previous !== undefined && previous > name) ordered = false;
    if (!name.isWellFormed()) throw new NoJsonForm('a lone surrogate has no canonical JSON form');
    if (!isOrdered((value as Record<string, unknown>)[name], depth + 1)) ordered = false;
    previous = name;
  }
  return ordered;
}

/** Only called on values that `isOrdered` has found to be JSON. */
function write(value: JsonValue): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  let text = '';
  if (Array.isArray(value)) {
    for (const element of value) text += `${text === '' ? '' : ','}${write(element as JsonValue)}`;
    return `[${text}]`;
  }
  const object = value as JsonObject;
  for (const name of Object.keys(object).sort()) {
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${write(object[name] as JsonValue)}`;
  }
  return `{${text}}`;
}

/** Whether an object in this (valid) JSON text names a member twice. Only used to say why a text was refused. */
function hasDuplicateName(source: string): boolean {
  const open: (Set<string> | undefined)[] = [];
  for (const [token, after] of source.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}[\]]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (after !== undefined) {
      const name = JSON.parse(token.slice(0, -after.length)) as string;
      const names = open.at(-1);
      if (names?.has(name)) return true;
      names?.add(name);
    }
  }
  return false;
}
