import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNormalisedPath, splitNormalisedPath } from './normalised-path.ts';

const REFUSED: readonly (readonly [path: string, why: string])[] = [
  ['a', 'does not begin with a slash'],
  ['?', 'a query is no path'],
  ['/a?b', 'a query is no path'],
  ['/a#b', 'a fragment never reaches a server'],
  ['/.', 'dot segment'],
  ['/..', 'dot segment'],
  ['/./', 'dot segment'],
  ['/../', 'dot segment'],
  ['/a/.', 'dot segment'],
  ['/a/..', 'dot segment'],
  ['/a/./b', 'dot segment'],
  ['/a/../b', 'dot segment'],
  ['/../a', 'dot segment'],
  ['/a/b/../../c', 'dot segment'],
  ['/%2e', 'encoded dot'],
  ['/%2E', 'encoded dot'],
  ['/%2e%2e', 'encoded dots'],
  ['/%2E%2E/a', 'encoded dots'],
  ['/.%2E/a', 'half-encoded dots'],
  ['/%2E./a', 'half-encoded dots'],
  ['/a%2Eb', 'encoded unreserved character'],
  ['/%41', 'encoded letter'],
  ['/%7A', 'encoded letter'],
  ['/%30', 'encoded digit'],
  ['/%7E', 'encoded tilde'],
  ['/%5F', 'encoded underscore'],
  ['/%2D', 'encoded hyphen'],
  ['//', 'empty segment'],
  ['//a', 'empty segment'],
  ['/a//b', 'empty segment'],
  ['/a//', 'empty segment'],
  ['///', 'empty segment'],
  ['/a%2Fb', 'encoded slash'],
  ['/a%2fb', 'encoded slash'],
  ['/%2F', 'encoded slash'],
  ['/..%2Fa', 'encoded slash after dots'],
  ['/a;b', 'path parameter'],
  ['/a;jsessionid=1/b', 'path parameter'],
  ['/..;/a', 'path parameter hides dots'],
  ['/;/a', 'path parameter'],
  ['/a%3Bb', 'encoded semicolon'],
  ['/a\\b', 'backslash'],
  ['/..\\a', 'backslash'],
  ['\\a', 'backslash'],
  ['/a%5Cb', 'encoded backslash'],
  ['/..%5C..%5Ca', 'encoded backslash'],
  ['/a\u0000', 'control'],
  ['/a\n', 'control'],
  ['/a\r\nX: y', 'control'],
  ['/a\tb', 'control'],
  ['/a\u007f', 'control'],
  ['/a%00', 'encoded control'],
  ['/a%0A', 'encoded control'],
  ['/a%0D%0AX', 'encoded control'],
  ['/a%1F', 'encoded control'],
  ['/a%7F', 'encoded control'],
  ['/a%C2%80', 'encoded C1 control'],
  ['/a%C2%9F', 'encoded C1 control'],
  ['/a%E2%80%A8', 'encoded line separator'],
  ['/%EF%BB%BFa', 'encoded byte order mark'],
  ['/a b', 'space'],
  ['/%', 'bad encoding'],
  ['/%2', 'bad encoding'],
  ['/%G0', 'bad encoding'],
  ['/%u0041', 'bad encoding'],
  ['/a%', 'bad encoding'],
  ['/a%%41', 'bad encoding'],
  ['/%e4%ba%ba', 'lower-case encoding'],
  ['/%E4%bA%BA', 'lower-case encoding'],
  ['/%C0%AE', 'overlong dot'],
  ['/%C0%AF', 'overlong slash'],
  ['/%E0%80%AF', 'overlong slash'],
  ['/%F0%80%80%AF', 'overlong slash'],
  ['/%FF', 'not UTF-8'],
  ['/%E4%BA', 'cut UTF-8'],
  ['/%ED%A0%80', 'surrogate'],
  ['/%252E', 'double encoding'],
  ['/%252e%252e', 'double encoding'],
  ['/%252F', 'double encoding'],
  ['/%25%32%65', 'double encoding'],
  ['/人', 'not ASCII'],
  ['/é', 'not ASCII'],
  ['/a\u2024b', 'not ASCII'],
  ['/a"b', 'character outside pchar'],
  ['/<a>', 'character outside pchar'],
  ['/{id}', 'character outside pchar'],
  ['/a|b', 'character outside pchar'],
  ['/a^b', 'character outside pchar'],
  ['/a`b', 'character outside pchar'],
  ['/[a]', 'character outside pchar'],
];

const ACCEPTED = [
  '',
  '/',
  '/a',
  '/a/',
  '/residents/me',
  '/a.b',
  '/...',
  '/.a',
  '/a..',
  '/..a/b',
  '/a-b_c~d',
  "/!$&'()*+,=:@",
];
const ACCEPTED_ENCODED = ['/%E4%BA%BA', '/a%20b', '/%25', '/100%25', '/%25zz', '/%3F', '/%23', '/%F0%9F%8F%A0', '/%22'];

describe('a normal path', () => {
  it.each(REFUSED)('refuses %j: %s', (path) => {
    expect(isNormalisedPath(path)).toBe(false);
  });

  it.each([...ACCEPTED, ...ACCEPTED_ENCODED])('accepts %j', (path) => {
    expect(isNormalisedPath(path)).toBe(true);
  });

  it('is a fixed point of every reading that a server might make of it', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '/',
        '.',
        '..',
        '%2e',
        '%2E',
        '%2F',
        '%5C',
        '\\',
        ';',
        '%',
        '//',
        '%25',
        'a',
        '%E4%BA%BA',
        '%41',
        '?',
      ),
      fc.string({ maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const path = `/${pieces.join('')}`;
        if (!isNormalisedPath(path)) return;
        expect(new URL(`http://h${path}`).pathname).toBe(path);
        const decoded = decodeURIComponent(path);
        expect(decoded.split('/')).toHaveLength(path.split('/').length);
        expect(decoded).not.toMatch(/(^|\/)\.\.?(\/|$)|\\|;/);
        if (!path.includes('%25')) expect(decodeURIComponent(decoded)).toBe(decoded);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('a path with a query', () => {
  it('is split and never changed', () => {
    expect(splitNormalisedPath('/a/b?x=%2e%2E&y=../z?')).toEqual({
      ok: true,
      value: { path: '/a/b', query: '?x=%2e%2E&y=../z?' },
    });
    expect(splitNormalisedPath('?x')).toEqual({ ok: true, value: { path: '', query: '?x' } });
    expect(splitNormalisedPath('')).toEqual({ ok: true, value: { path: '', query: '' } });
  });

  it.each(['/a?b c', '/a?b\r\nX: y', '/a?b#c', '/a?人', '/../a?b', '/a?\u0000'])('is refused: %j', (text) => {
    expect(splitNormalisedPath(text)).toEqual({ ok: false, error: 'path-not-normalised' });
  });
});
