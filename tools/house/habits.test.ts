/** Small habits that keep the house readable: short files, finished work, no word about where it was built. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listFiles, readSources, root } from './source-files.ts';

const longest = 400;
const prose = [
  '.ts',
  '.mjs',
  '.sql',
  '.md',
  '.json',
  '.jsonc',
  '.yaml',
  '.yml',
  '.toml',
  '.html',
  '.css',
  '.sh',
  '.npmrc',
  'run',
];

// Put together from halves, so that this file does not say them itself.
const unfinished = [
  new RegExp(`\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK', 'W' + 'IP'].join('|')})\\b`),
  new RegExp(
    `${'not (?:yet )?imple' + 'mented'}|${'un' + 'implemented'}|${'lorem ip' + 'sum'}|${'coming so' + 'on'}`,
    'i',
  ),
];
const unrun = new RegExp(`\\b(?:it|test|describe|suite)\\.(?:${'sk' + 'ip'}|${'to' + 'do'}|${'on' + 'ly'}|fails)\\b`);
const elsewhere = [
  [
    'a path of one machine',
    new RegExp(
      `(?:^|[\\s"'\`(=:])/(?:${'wo' + 'rk'}|${'ro' + 'ot'}|home/[a-z]+|Users/[A-Za-z]+|${'tmp/' + 'wt'})/`,
      'm',
    ),
  ],
  [
    'a package registry',
    new RegExp(
      `\\bregistry\\.[a-z0-9-]+\\.(?:org|com|net|dev|io|cn|tw)\\b|${'npm' + 'mirror'}|${'verda' + 'ccio'}|${'artifac' + 'tory'}`,
      'i',
    ),
  ],
  [
    'a coding tool',
    new RegExp(
      `\\b(?:${['cla' + 'ude', 'anthro' + 'pic', 'chat' + 'gpt', 'open' + 'ai', 'copi' + 'lot', 'co' + 'dex', 'cur' + 'sor ai'].join('|')})\\b`,
      'i',
    ),
  ],
] as const;

describe('the house', () => {
  it(`has no source file longer than ${longest} lines`, () => {
    const long = readSources(['.ts', '.mjs'])
      .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > longest);
    expect(long).toEqual([]);
  });

  it('has no line that admits unfinished work', () => {
    expect(linesMatching(['.ts', '.mjs', '.sql', '.sh'], unfinished)).toEqual([]);
  });

  it('has no test that does not run', () => {
    expect(linesMatching(['.test.ts'], [unrun])).toEqual([]);
  });

  it.each(elsewhere)('does not speak of %s', (_, pattern) => {
    expect(linesMatching(prose, [pattern])).toEqual([]);
  });

  it('locks every dependency by content, and by no host', () => {
    const text = readFileSync(join(root, 'package-lock.json'), 'utf8');
    const { packages } = JSON.parse(text) as { packages: Record<string, { resolved?: string; link?: boolean }> };
    const hosted = Object.entries(packages).filter(([, entry]) => /^[a-z+]+:/.test(entry.resolved ?? ''));
    expect(hosted.map(([name]) => name)).toEqual([]);
  });

  it('names its files in kebab-case', () => {
    const named = listFiles(['.ts', '.mjs', '.sql']).filter(
      (path) => !/^[a-z0-9.-]+$/.test(path.split('/').at(-1) ?? ''),
    );
    expect(named).toEqual([]);
  });

  it('would notice each of these', () => {
    const samples = ['// TO' + 'DO: later', 'throw new Error("not imple' + 'mented")', '/* FIX' + 'ME */'];
    for (const sample of samples) expect(unfinished.some((pattern) => pattern.test(sample))).toBe(true);
    expect(unrun.test('it.sk' + "ip('refuses')")).toBe(true);
    expect(elsewhere[0][1].test("'/wo" + "rk/main'")).toBe(true);
    expect(elsewhere[0][1].test('packages/netwo' + 'rk/main')).toBe(false);
    expect(elsewhere[1][1].test('https://registry' + '.example.org/pkg')).toBe(true);
    expect(elsewhere[2][1].test('Cla' + 'ude')).toBe(true);
  });
});

function linesMatching(endings: readonly string[], patterns: readonly RegExp[]): string[] {
  return readSources(endings)
    .filter(
      ({ path }) => path !== 'package-lock.json' || patterns.some((pattern) => pattern.source.includes('registry')),
    )
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .map((line, index) => ({ line, place: `${path}:${index + 1}` }))
        .filter(({ line }) => patterns.some((pattern) => pattern.test(line)))
        .map(({ line, place }) => `${place}: ${line.trim()}`),
    );
}
