/** RFC 8785: whether a text is the one canonical spelling of the JSON object in it. */

const MAXIMUM_DEPTH = 64;

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

/** The object, or undefined when the text is not canonical (order, spaces, doubled names, spelling of numbers or strings). */
export function readCanonicalObject(text: string): JsonObject | undefined {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
    if (!isObject(value) || write(value, 0) !== text) return undefined;
  } catch {
    return undefined;
  }
  return value;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function write(value: Json, depth: number): string {
  if (depth > MAXIMUM_DEPTH) throw new RangeError('too deep');
  if (typeof value === 'string' && !value.isWellFormed()) throw new RangeError('a lone surrogate');
  if (Array.isArray(value)) return `[${value.map((item: Json) => write(item, depth + 1)).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  // RFC 8785 §3.2.3: by UTF-16 code units, which is how JavaScript compares strings.
  const members = Object.keys(value)
    .sort()
    .map((name) => `${write(name, depth)}:${write(value[name] as Json, depth + 1)}`);
  return `{${members.join(',')}}`;
}
