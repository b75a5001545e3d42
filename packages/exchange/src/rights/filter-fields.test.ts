import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intersectFields, isFieldPath } from './field-paths.ts';
import { compileFieldFilter, isJsonMediaType } from './filter-fields.ts';

const filter = (fields: readonly string[], text: string) => {
  const filtered = compileFieldFilter(fields).filterText(text);
  return filtered.ok ? [filtered.value.text, filtered.value.released] : filtered.error;
};
const answer = (text: string, type = 'application/json', more: readonly (readonly [string, string])[] = []) => ({
  headers: [['content-type', type] as const, ...more],
  body: Buffer.from(text),
});

describe('the field filter', () => {
  it('releases the named fields and nothing else', () => {
    expect(
      filter(['name', 'address.county'], '{"name":"林","id":"A1","address":{"county":"臺南市","road":"x"}}'),
    ).toEqual(['{"name":"林","address":{"county":"臺南市"}}', ['address.county', 'name']]);
  });

  it.each<[string, readonly string[], string, string, readonly string[]]>([
    ['all below a named object', ['a'], '{"a":{"b":[1,{"c":2}]},"d":1}', '{"a":{"b":[1,{"c":2}]}}', ['a']],
    [
      'a field of each element',
      ['v[].p'],
      '{"v":[{"p":"1","q":2},{"p":"3"}]}',
      '{"v":[{"p":"1"},{"p":"3"}]}',
      ['v[].p'],
    ],
    ['elements of a document that is an array', ['[].n'], '[{"n":1,"m":2},{"n":3}]', '[{"n":1},{"n":3}]', ['[].n']],
    ['arrays in arrays', ['[][].n'], '[[{"n":1,"m":2}],[]]', '[[{"n":1}],[]]', ['[][].n']],
    ['all elements of an array', ['v[]'], '{"v":[1,{"p":2}]}', '{"v":[1,{"p":2}]}', ['v[]']],
    ['no text where all elements were agreed', ['v[]'], '{"v":"secret"}', '{}', []],
    ['empty arrays as they are', ['v[].p'], '{"v":[]}', '{"v":[]}', []],
    [
      'the place of an element without the field',
      ['v[].p'],
      '{"v":[{"q":1},{"p":2}]}',
      '{"v":[{},{"p":2}]}',
      ['v[].p'],
    ],
    ['null of a named field', ['a'], '{"a":null}', '{"a":null}', ['a']],
    ['nothing where the document has another shape', ['a.b', 'c[].d'], '{"a":[{"b":1}],"c":{"d":1},"b":2}', '{}', []],
    ['no text where an object was agreed', ['a.b'], '{"a":"secret"}', '{}', []],
    ['no text where elements were agreed', ['v[].p'], '{"v":["secret",7,null]}', '{"v":[]}', []],
    ['nothing when nothing is agreed', [], '{"a":1}', '{}', []],
    ['nothing of an array when only members are agreed', ['a'], '[{"a":1}]', '[]', []],
    ['a member whose name is escaped', ['name'], '{"n\\u0061me":1,"x":2}', '{"name":1}', ['name']],
    ['strings that look like structure', ['a'], '{"x":"}],\\"a\\":1","a":"{\\\\","y":"\\\\"}', '{"a":"{\\\\"}', ['a']],
    [
      'values with white space around them',
      ['a', 'b'],
      ' { "a" : 1 , "c" : [ 1 , 2 ] , "b" : true } \n',
      '{"a":1,"b":true}',
      ['a', 'b'],
    ],
  ])('releases %s', (_what, fields, text, released, paths) => {
    expect(filter(fields, text)).toEqual([released, paths]);
  });

  it('keeps the exact text of every number', () => {
    const numbers = '{"a":12345678901234567890,"b":0.10,"c":1e400,"d":-0,"e":1.0000000000000000001}';
    expect(filter(['a', 'b', 'c', 'd', 'e'], numbers)).toEqual([numbers, ['a', 'b', 'c', 'd', 'e']]);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'treats %s as a member like any other',
    (name) => {
      expect(filter(['a'], `{"${name}":{"a":1},"a":2}`)).toEqual(['{"a":2}', ['a']]);
      expect(filter([`${name}.a`], `{"${name}":{"a":1},"a":2}`)).toEqual([`{"${name}":{"a":1}}`, [`${name}.a`]]);
      expect(filter([`${name}.a`], '{"b":1}')).toEqual(['{}', []]);
      expect(({} as Record<string, unknown>).a).toBeUndefined();
    },
  );

  it('refuses a document in which a released member stands twice', () => {
    expect(filter(['a.b'], '{"a":{"b":1,"b":2}}')).toBe('field-filter-failed');
    expect(filter(['a'], '{"a":1,"\\u0061":2}')).toBe('field-filter-failed');
    expect(filter(['v[].a'], '{"v":[{"a":1,"a":1}]}')).toBe('field-filter-failed');
  });

  it.each(['"text"', '12', 'null', 'true'])('refuses %s, which has no fields', (text) => {
    expect(filter(['a'], text)).toBe('field-filter-failed');
  });

  it.each(['', '{', '{"a":1}x', "{'a':1}", '{"a":01}', '{"a":1,}', '\ufeff{"a":1}', '<a/>', '{"a":NaN}'])(
    'refuses %j, which is not JSON',
    (text) => {
      expect(filter(['a'], text)).toBe('register-answer-not-json');
    },
  );

  it('is not exhausted by depth', () => {
    const deep = `{"a":1,"x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    expect(filter(['a'], deep)).toEqual(['{"a":1}', ['a']]);
  });

  it('agrees with filtering the parsed document', () => {
    const name = fc.constantFrom('a', 'b', 'c', '__proto__', 'x"y\\');
    const { value: document } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string({ maxLength: 4 }),
        fc.integer(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc
          .uniqueArray(fc.tuple(name, tie('value')), { maxLength: 4, selector: ([key]) => key })
          .map((members) => new Map(members as [string, unknown][])),
      ),
    }));
    const step = fc.constantFrom('.a', '.b', '.c', '[]', '.__proto__');
    const path = fc.array(step, { minLength: 1, maxLength: 4 }).map((steps) => steps.join('').replace(/^\./, ''));
    fc.assert(
      fc.property(
        document,
        fc.array(path, { maxLength: 4 }),
        fc.integer({ min: 0, max: 2 }),
        (value, paths, indent) => {
          const text = write(value, ' '.repeat(indent));
          if (!(value instanceof Map) && !Array.isArray(value)) return;
          const cut = compileFieldFilter(paths).filterText(text);
          expect(cut.ok).toBe(true);
          if (!cut.ok) return;
          const expected = filterSlowly(value, paths.map(toSteps)) ?? (Array.isArray(value) ? [] : new Map());
          expect(JSON.stringify(JSON.parse(cut.value.text))).toBe(JSON.stringify(JSON.parse(write(expected, ''))));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('what agreement and grant have in common', () => {
  it.each<[string, 'whole-document' | string[], 'whole-document' | string[], 'whole-document' | string[]]>([
    ['the narrower of the two', ['address'], ['address.county'], ['address.county']],
    ['the same from the other side', ['address.county'], ['address'], ['address.county']],
    ['only shared fields', ['a', 'b'], ['b', 'c'], ['b']],
    ['nothing', ['a'], ['b'], []],
    ['no prefix by accident', ['name'], ['names'], []],
    ['the grant of a whole document', ['a'], 'whole-document', ['a']],
    ['the agreement on a whole document', 'whole-document', ['a', 'a.b'], ['a']],
    ['the whole document', 'whole-document', 'whole-document', 'whole-document'],
    ['elements', ['v[]'], ['v[].p'], ['v[].p']],
  ])('is %s', (_what, agreed, granted, common) => {
    expect(intersectFields(agreed, granted)).toEqual(common);
    expect(compileFieldFilter(agreed, granted).fields).toEqual(common);
  });

  it('never releases what either of them withholds', () => {
    const path = fc
      .array(fc.constantFrom('.a', '.b', '[]'), { minLength: 1, maxLength: 3 })
      .map((steps) => steps.join('').replace(/^\./, ''));
    const lists = fc.array(path, { maxLength: 4 });
    const text = '{"a":{"a":[{"a":1,"b":2}],"b":{"a":3,"b":[4]}},"b":[{"a":5,"b":6},[{"a":7}]]}';
    fc.assert(
      fc.property(lists, lists, (agreed, granted) => {
        const both = compileFieldFilter(agreed, granted).filterText(text);
        const inTurn = compileFieldFilter(agreed).filterText(text);
        const narrowed = inTurn.ok && compileFieldFilter(granted).filterText(inTurn.value.text);
        const leaves = (result: typeof both | false) =>
          result && 'value' in result ? (result.value.text.match(/\d/g) ?? []) : [];
        expect(leaves(both)).toEqual(leaves(narrowed));
      }),
    );
  });

  it.each(['', '.', 'a.', '.a', 'a..b', 'a[', 'a[0]', 'a b', 'a[]b', '*'])('refuses %j as a field path', (path) => {
    expect(isFieldPath(path)).toBe(false);
    expect(() => compileFieldFilter([path])).toThrow(TypeError);
  });
});

describe('an answer of the register', () => {
  const fields = compileFieldFilter(['a']);

  it('is filtered by its bytes', () => {
    const filtered = fields.apply(answer('{"a":"人","b":1}', 'application/problem+json; charset=UTF-8'));
    expect(filtered.ok && Buffer.from(filtered.value.body).toString()).toBe('{"a":"人"}');
  });

  it('passes whole, whatever its type, only where the whole document is agreed', () => {
    const whole = answer('%PDF', 'application/pdf', [['content-encoding', 'gzip']]);
    expect(compileFieldFilter('whole-document').apply(whole)).toEqual({
      ok: true,
      value: { body: whole.body, released: 'whole-document' },
    });
    expect(compileFieldFilter('whole-document', ['a']).apply(answer('%PDF', 'application/pdf'))).toMatchObject({
      error: 'register-answer-not-json',
    });
  });

  it('is refused when it is not JSON, not UTF-8, or encoded', () => {
    expect(fields.apply(answer('{"a":1}', 'text/html'))).toMatchObject({ error: 'register-answer-not-json' });
    expect(fields.apply({ headers: [], body: Buffer.from('{"a":1}') })).toMatchObject({
      error: 'register-answer-not-json',
    });
    expect(
      fields.apply({ headers: [['content-type', 'application/json']], body: Buffer.from([0x7b, 0xff, 0x7d]) }),
    ).toMatchObject({ error: 'register-answer-not-json' });
    expect(fields.apply(answer('{"a":1}', 'application/json', [['content-encoding', 'gzip']]))).toMatchObject({
      error: 'register-answer-encoded',
    });
  });

  it('may be empty', () => {
    expect(fields.apply({ headers: [], body: Buffer.alloc(0) })).toMatchObject({ ok: true, value: { released: [] } });
  });

  it.each([
    ['application/json', true],
    ['application/json;charset="utf-8"', true],
    ['application/ld+json', true],
    ['application/json; charset=big5', false],
    ['text/json', false],
    ['application/jsonp', false],
  ] as const)('of type %s is JSON: %s', (type, expected) => {
    expect(isJsonMediaType(type)).toBe(expected);
  });
});

function write(value: unknown, space: string): string {
  if (value instanceof Map) {
    return `{${space}${[...value].map(([key, member]) => `${JSON.stringify(key)}${space}:${space}${write(member, space)}`).join(`${space},${space}`)}${space}}`;
  }
  if (Array.isArray(value))
    return `[${space}${value.map((element) => write(element, space)).join(`${space},`)}${space}]`;
  return JSON.stringify(value);
}

function toSteps(path: string): string[] {
  return path.match(/\[\]|[^.[\]]+/g) ?? [];
}

/** The filter's promise over parsed values, without its cutting of text. */
function filterSlowly(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (paths.some((steps) => steps.length === 0)) return value;
  if (value instanceof Map) {
    const kept = new Map<string, unknown>();
    for (const [name, member] of value) {
      const below = paths.filter((steps) => steps[0] === name).map((steps) => steps.slice(1));
      const cut = below.length === 0 ? undefined : filterSlowly(member, below);
      if (cut !== undefined) kept.set(name, cut);
    }
    return kept.size === 0 ? undefined : kept;
  }
  if (!Array.isArray(value)) return undefined;
  const below = paths.filter((steps) => steps[0] === '[]').map((steps) => steps.slice(1));
  if (below.length === 0) return undefined;
  return value.flatMap((element: unknown) => {
    const cut = filterSlowly(element, below);
    if (cut !== undefined) return [cut];
    if (element instanceof Map) return [new Map()];
    return Array.isArray(element) ? [[]] : [];
  });
}
