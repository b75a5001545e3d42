import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const here = fileURLToPath(new URL('.', import.meta.url));
const minben = (...args: string[]) => spawnSync(process.execPath, [`${here}main.ts`, ...args], { encoding: 'utf8' });

describe('minben', () => {
  it.each([[], ['help'], ['--help'], ['-h']])('explains itself in both languages when called with %j', (...args) => {
    const { status, stdout } = minben(...args);
    expect(status).toBe(0);
    expect(stdout).toContain('列出所有指令');
    expect(stdout).toContain('list all commands');
  });

  it('lists every command that has a file', () => {
    let files: string[] = [];
    try {
      files = readdirSync(`${here}commands`);
    } catch {
      // No command has been written yet.
    }
    const names = files.filter((file) => /^[a-z-]+\.ts$/.test(file)).map((file) => file.slice(0, -3));
    const { stdout } = minben('help');
    for (const name of [...names, 'help']) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  it('refuses an unknown command, says so in both languages and names the nearest', () => {
    const { status, stderr } = minben('hepl');
    expect(status).toBe(2);
    expect(stderr).toContain('是不是要用「help」');
    expect(stderr).toContain('Did you mean "help"?');
  });

  it.each(['', '__proto__', 'constructor', 'no-such-command'])('refuses %j and points to the list', (name) => {
    const { status, stderr } = minben(name);
    expect(status).toBe(2);
    expect(stderr).toContain('minben help');
  });
});
