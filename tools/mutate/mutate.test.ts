import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

const REGISTER = new URL('register.mjs', import.meta.url).href;
const PROGRAM = `import { decodeBase64Url } from '@minben/kernel'; console.log(typeof decodeBase64Url, globalThis.mutated === true);`;
const mutation = {
  id: 'marked',
  file: 'packages/kernel/src/base64.ts',
  find: 'export function decodeBase64Url(',
  replace: '(globalThis as { mutated?: boolean }).mutated = true;\nexport function decodeBase64Url(',
};

function load(change: object | undefined): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, MINBEN_MUTATION: change === undefined ? '' : JSON.stringify(change) };
  const run = ['--import', REGISTER, '--input-type=module', '--eval', PROGRAM];
  return spawnSync(process.execPath, run, { env, encoding: 'utf8' });
}

describe('a mutation by source transform', () => {
  it('changes the one place in a TypeScript source, and reports that it was loaded', () => {
    const folder = mkdtempSync(join(tmpdir(), 'minben-mutate-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const report = join(folder, 'report');
    expect(load({ ...mutation, report }).stdout).toBe('function true\n');
    expect(readFileSync(report, 'utf8')).toBe('marked\n');
  });

  it('changes nothing when none is named', () => {
    expect(load(undefined).stdout).toBe('function false\n');
  });

  it('ends the process when its text stands nowhere, or twice', () => {
    for (const find of ['no such text', 'return']) {
      const { status, stdout, stderr } = load({ ...mutation, find });
      expect(status).not.toBe(0);
      expect(stdout).toBe('');
      expect(stderr).toContain('not once');
    }
  });
});
