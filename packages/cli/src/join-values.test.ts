import { parseArgs } from 'node:util';
import { describe, expect, it } from 'vitest';
import { joinValues } from './join-values.ts';

const options = { key: { type: 'string' }, name: { type: 'string' } } as const;

describe('the arguments of a command', () => {
  it('may hold a value that begins with a hyphen, as keys do', () => {
    const args = joinValues(['--key', '-4f_x', '--name', 'a', 'rest'], Object.keys(options));
    expect(parseArgs({ args, options, allowPositionals: true })).toMatchObject({
      values: { key: '-4f_x', name: 'a' },
      positionals: ['rest'],
    });
  });

  it('are not joined when the value is missing', () => {
    expect(() => parseArgs({ args: joinValues(['--key', '--name', 'a'], Object.keys(options)), options })).toThrow();
  });
});
