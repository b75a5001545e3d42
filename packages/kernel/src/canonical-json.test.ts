import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalize, type JsonValue, maximumDepth, parseCanonical } from './index.ts';

const json = fc.jsonValue({ maxDepth: 5, stringUnit: 'grapheme' }).map((value) => value as JsonValue);

describe('canonicalize', () => {
  it('writes the example of RFC 8785 §3.2.2', () => {
    const value = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
        '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    ) as JsonValue;
    expect(canonicalize(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('orders names by UTF-16 code units, as in RFC 8785 §3.2.3', () => {
    const value = { '€': 1, '\r': 2, '\ufb33': 3, '1': 4, '😀': 5, '\u0080': 6, ö: 7 };
    expect(canonicalize(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
  });

  it.each([
    [-0, '0'],
    [5e-324, '5e-324'],
    [-1.7976931348623157e308, '-1.7976931348623157e+308'],
    [9007199254740994, '9007199254740994'],
    [295147905179352830000, '295147905179352830000'],
    [1e21, '1e+21'],
    [0.000001, '0.000001'],
    [333333333.33333325, '333333333.33333325'],
  ])('writes %d as RFC 8785 appendix B does: %s', (number, text) => {
    expect(canonicalize(number)).toBe(text);
  });

  it('orders names that look like array indices by their characters, not their value', () => {
    expect(canonicalize({ '9': 'a', '10': 'b' })).toBe('{"10":"b","9":"a"}');
  });

  it('does not depend on the order in which members were set, at any depth', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalize(reverseMembers(value))).toBe(canonicalize(value));
      }),
    );
  });

  it.each([
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['undefined', undefined],
    ['an undefined member', { a: undefined }],
    ['a hole in an array', Array(1)],
    ['a bigint', 1n],
    ['a function', () => 1],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['a lone surrogate', 'a\ud800'],
    ['a lone surrogate in a name', { '\udc00': 1 }],
  ])('throws on %s, which has no JSON form', (_, value) => {
    expect(() => canonicalize(value as JsonValue)).toThrow(TypeError);
    expect(() => canonicalize([{ b: value, a: 1 }] as unknown as JsonValue)).toThrow(TypeError);
  });

  it('throws on what is nested too deep, a cycle included', () => {
    const cycle: JsonValue[] = [];
    cycle.push(cycle);
    expect(() => canonicalize(cycle)).toThrow(RangeError);
    expect(canonicalize(nest(maximumDepth))).toHaveLength(2 * maximumDepth);
    expect(() => canonicalize(nest(maximumDepth + 1))).toThrow(RangeError);
  });
});

describe('parseCanonical', () => {
  it('takes every canonical text, as text and as bytes, and gives the value back', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalize(value);
        for (const form of [text, Buffer.from(text)]) {
          const parsed = parseCanonical(form);
          expect(parsed.ok && canonicalize(parsed.value)).toBe(text);
        }
      }),
    );
  });

  it('takes no text that does not survive parse and canonicalise unchanged', () => {
    const nearby = fc.tuple(json, fc.nat(), fc.constantFrom(' ', '\n', '0', '"', '-', '\\', '1', '{', '\u0000', ''));
    fc.assert(
      fc.property(nearby, ([value, place, insertion]) => {
        const text = canonicalize(value);
        const at = place % (text.length + 1);
        const changed = text.slice(0, at) + insertion + text.slice(insertion === '' ? at + 1 : at);
        const parsed = parseCanonical(changed);
        expect(!parsed.ok || canonicalize(parsed.value) === changed).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['{"b":1,"a":2}', 'not-canonical'],
    ['{"a": 1}', 'not-canonical'],
    ['[1.0]', 'not-canonical'],
    ['[-0]', 'not-canonical'],
    ['[1E3]', 'not-canonical'],
    ['[1e400]', 'not-canonical'],
    ['[12345678901234567890]', 'not-canonical'],
    ['["\\u0041"]', 'not-canonical'],
    ['["\\/"]', 'not-canonical'],
    ['["\\u000A"]', 'not-canonical'],
    ['["\\ud800"]', 'not-canonical'],
    ['{"\\udfff":1}', 'not-canonical'],
    ['[1]\n', 'not-canonical'],
    ['{"a":1,"a":1}', 'duplicate-name'],
    ['{"a":[{"b":"\\"c\\":","b":2}],"d":1}', 'duplicate-name'],
    ['{"a":1,"\\u0061":2}', 'duplicate-name'],
    ['{"__proto__":1,"__proto__":2}', 'duplicate-name'],
    ['', 'not-json'],
    ['{', 'not-json'],
    ['[01]', 'not-json'],
    ['[NaN]', 'not-json'],
    ["['a']", 'not-json'],
    ['[1,]', 'not-json'],
    ['\ufeff[1]', 'not-json'],
    ['["\u0000"]', 'not-json'],
    ['"\ud800"', 'not-utf8'],
  ])('refuses %j as %s', (text, error) => {
    expect(parseCanonical(text)).toEqual({ ok: false, error });
  });

  it.each([
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a cut character', [0x22, 0xe2, 0x82, 0x22]],
  ])('refuses bytes with %s', (_, bytes) => {
    expect(parseCanonical(Uint8Array.from(bytes))).toEqual({ ok: false, error: 'not-utf8' });
  });

  it('refuses a byte order mark', () => {
    expect(parseCanonical(Buffer.from('\ufeff{}'))).toEqual({ ok: false, error: 'not-json' });
  });

  it('refuses ten thousand levels without falling over', () => {
    expect(parseCanonical('['.repeat(10_000) + ']'.repeat(10_000))).toEqual({ ok: false, error: 'too-deep' });
  });

  it('keeps a member called __proto__ a plain member', () => {
    const parsed = parseCanonical('{"__proto__":{"admin":true}}');
    expect(parsed.ok && ({} as Record<string, unknown>).admin).toBe(undefined);
    expect(parsed.ok && Object.keys(parsed.value as object)).toEqual(['__proto__']);
  });
});

function reverseMembers(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(reverseMembers);
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).reverse();
  return Object.fromEntries(members.map(([name, member]) => [name, reverseMembers(member)]));
}

function nest(depth: number): JsonValue {
  let value: JsonValue = [];
  for (let level = 1; level < depth; level += 1) value = [value];
  return value;
}
