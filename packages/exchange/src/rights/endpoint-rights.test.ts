import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileEndpoints, compileGlob } from './endpoint-rights.ts';

const MATCHES: readonly (readonly [glob: string, path: string])[] = [
  ['', ''],
  ['/a', '/a'],
  ['/*', '/a'],
  ['/*', '/'],
  ['/a/*/c', '/a/b/c'],
  ['/a/*/c', '/a//c'],
  ['/a*c', '/abbc'],
  ['/a*c', '/ac'],
  ['/a*c', '/acac'],
  ['**', ''],
  ['**', '/a/b'],
  ['/**', '/a/b/c'],
  ['/a/**', '/a/'],
  ['/a/**/z', '/a/b/c/z'],
  ['/**/z', '/z/z'],
  ['/a***', '/a/b'],
  ['/\\*', '/*'],
  ['/a\\*b', '/a*b'],
  ['/\\**', '/*abc'],
  ['/*/*', '/a/b'],
  ['/%E4%BA%BA', '/%E4%BA%BA'],
  ['/(a+)+$', '/(a+)+$'],
];
const MISSES: readonly (readonly [glob: string, path: string])[] = [
  ['', '/'],
  ['/', ''],
  ['/a', '/A'],
  ['/a', '/ab'],
  ['/a', '/a/'],
  ['/a', 'x/a'],
  ['/*', '/a/b'],
  ['/*', '/a/'],
  ['/a/*/c', '/a/b/b/c'],
  ['/a*c', '/a/c'],
  ['/a/**', '/a'],
  ['/a/**/z', '/a/z'],
  ['/\\*', '/a'],
  ['/\\**', '/abc'],
  ['/a.c', '/abc'],
  ['/[ab]', '/a'],
  ['/a?', '/ab'],
  ['/*/*', '/a'],
  ['/residents/*', '/residents/1/secrets'],
];

describe('a glob', () => {
  it.each(MATCHES)('%j matches %j', (glob, path) => {
    expect(compileGlob(glob)(path)).toBe(true);
  });

  it.each(MISSES)('%j does not match %j', (glob, path) => {
    expect(compileGlob(glob)(path)).toBe(false);
  });

  it('agrees with a plain recursive reading of its rules', () => {
    const glob = fc
      .array(fc.constantFrom('a', 'b', '/', '*', '**', '\\*'), { maxLength: 7 })
      .map((parts) => parts.join(''));
    const path = fc.array(fc.constantFrom('a', 'b', '/', '*'), { maxLength: 7 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(glob, path, (pattern, text) => {
        expect(compileGlob(pattern)(text)).toBe(readSlowly(pattern, text));
      }),
      { numRuns: 5000 },
    );
  });

  it('takes no more than one pass for what makes backtracking explode', () => {
    expect(compileGlob('/**a'.repeat(40))(`/${'a/'.repeat(4000)}`)).toBe(false);
    expect(compileGlob('*a'.repeat(60))('a'.repeat(8000))).toBe(true);
    expect(compileGlob(`${'*a'.repeat(60)}b`)('a'.repeat(8000))).toBe(false);
  });
});

describe('endpoint rights', () => {
  const rights = compileEndpoints([
    { method: 'GET', path: '/residents/*' },
    { method: '*', path: '/open/**' },
  ]);

  it('allow the method and path together', () => {
    expect(rights.allows('GET', '/residents/me')).toBe(true);
    expect(rights.allows('DELETE', '/open/a/b')).toBe(true);
  });

  it('refuse another method, another case and another path', () => {
    expect(rights.allows('POST', '/residents/me')).toBe(false);
    expect(rights.allows('get', '/residents/me')).toBe(false);
    expect(rights.allows('HEAD', '/residents/me')).toBe(false);
    expect(rights.allows('GET', '/residents')).toBe(false);
    expect(compileEndpoints([]).allows('GET', '')).toBe(false);
  });
});

/** The rules of the glob, word by word and exponentially slow. */
function readSlowly(glob: string, path: string): boolean {
  if (glob === '') return path === '';
  if (glob.startsWith('\\*')) return path.startsWith('*') && readSlowly(glob.slice(2), path.slice(1));
  if (glob.startsWith('*')) {
    const stars = (/^\*+/.exec(glob) as RegExpExecArray)[0].length;
    const rest = glob.slice(stars);
    for (let taken = 0; taken <= path.length; taken += 1) {
      if (stars === 1 && path.slice(0, taken).includes('/')) return false;
      if (readSlowly(rest, path.slice(taken))) return true;
    }
    return false;
  }
  return glob[0] === path[0] && path !== '' && readSlowly(glob.slice(1), path.slice(1));
}
