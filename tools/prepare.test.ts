import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { root } from './house/source-files.ts';

const here = `node-${process.platform}-${process.arch}`;
const pinned = '24.99.0';
let clone: string;

/** A small clone whose npm is a script: it notes its call and lays out what a real installation would. */
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'minben-prepare-'));
  mkdirSync(join(clone, 'tools'));
  copyFileSync(join(root, 'tools/prepare.mjs'), join(clone, 'tools/prepare.mjs'));
  writeJson('package.json', { type: 'module', optionalDependencies: { [here]: pinned } });
  writeJson('package-lock.json', { packages: lockedPackages('1.0.0') });
  writeExecutable('bin/npm', `echo "$@" >> "${clone}/calls"\ncp -r "${clone}/installed/." "${clone}/node_modules/"`);
  writeJson('installed/.package-lock.json', { packages: lockedPackages('1.0.0') });
  writeExecutable(`installed/${here}/bin/node`, `echo v${pinned}`);
  mkdirSync(join(clone, 'node_modules'));
});

afterEach(() => rmSync(clone, { recursive: true, force: true }));

describe('preparing a clone', () => {
  it('installs what is missing, without scripts, and says so in both languages', () => {
    const { status, stdout, stderr } = prepare();
    expect(status).toBe(0);
    expect(calls()).toEqual(['ci --ignore-scripts --loglevel=error']);
    expect(stderr).toContain('安裝相依套件（尚未安裝）');
    expect(stderr).toContain('installing dependencies (not installed yet)');
    expect(stdout.trim()).toBe(join(clone, `node_modules/${here}/bin/node`));
  });

  it('installs nothing and says nothing when all is as the lockfile says', () => {
    prepare();
    const { status, stderr } = prepare();
    expect(status).toBe(0);
    expect(stderr).toBe('');
    expect(calls()).toHaveLength(1);
  });

  it('installs again when the lockfile names another version', () => {
    prepare();
    writeJson('package-lock.json', { packages: lockedPackages('1.0.1') });
    expect(prepare().stderr).toContain('they differ from package-lock.json');
    expect(calls()).toHaveLength(2);
  });

  it('installs again when the lockfile no longer names a package, or names a new one', () => {
    prepare();
    writeJson('package-lock.json', { packages: { 'node_modules/other': { version: '1.0.0' } } });
    prepare();
    expect(calls()).toHaveLength(2);
  });

  it('does not wait for the binaries of other platforms', () => {
    const packages = { ...lockedPackages('1.0.0'), 'node_modules/for-another': { version: '1.0.0', optional: true } };
    writeJson('package-lock.json', { packages });
    prepare();
    prepare();
    expect(calls()).toHaveLength(1);
  });

  it('stops with a remedy when npm fails', () => {
    writeExecutable('bin/npm', 'exit 7');
    const { status, stderr } = prepare();
    expect(status).toBe(1);
    expect(stderr).toContain('相依套件安裝失敗');
    expect(stderr).toContain('check that a registry can be reached');
  });

  it('stops rather than run on a Node that is not the pinned one', () => {
    writeExecutable(`installed/${here}/bin/node`, 'echo v20.0.0');
    const { status, stderr } = prepare();
    expect(status).toBe(1);
    expect(stderr).toContain(`無法執行固定版本的 Node ${pinned}`);
    expect(stderr).toContain(`the pinned Node ${pinned} cannot be run`);
  });

  it('runs on a newer Node of the machine where none is pinned, and says so', () => {
    writeJson('package.json', { type: 'module', optionalDependencies: {} });
    const { status, stdout, stderr } = prepare();
    expect(status).toBe(0);
    expect(stderr).toContain(`there is no pinned Node for this platform; running on ${process.version}`);
    expect(stdout.trim()).toBe(process.execPath);
  });
});

describe('running a program', () => {
  it('passes its exit status on', () => {
    expect(evaluate(`process.exitCode = await run('sh', ['-c', 'exit 7']);`).status).toBe(7);
    expect(evaluate(`process.exitCode = await run('sh', ['-c', 'kill -9 $$']);`).status).toBe(137);
    expect(evaluate(`process.exitCode = await run('no-such-program', []);`).status).toBe(1);
  });

  it('passes SIGTERM on and waits until the program has ended in its own way', async () => {
    const source = `process.exitCode = await run('sh', ['-c', 'trap "exit 42" TERM; echo ready; for i in $(seq 300); do sleep 0.1; done']);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', imported(source)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGTERM');
    expect(await ended).toBe(42);
  });
});

function lockedPackages(version: string): object {
  return { '': {}, 'node_modules/some': { version }, [`node_modules/${here}`]: { version: pinned, optional: true } };
}

function prepare() {
  return evaluate('console.log(prepare());');
}

function evaluate(source: string) {
  return spawnSync(process.execPath, ['--input-type=module', '--eval', imported(source)], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(clone, 'bin')}:${process.env.PATH}` },
  });
}

function imported(source: string): string {
  return `import { prepare, run } from ${JSON.stringify(join(clone, 'tools/prepare.mjs'))};\n${source}`;
}

function calls(): string[] {
  const path = join(clone, 'calls');
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
}

function writeJson(path: string, value: object): void {
  mkdirSync(dirname(join(clone, path)), { recursive: true });
  writeFileSync(join(clone, path), JSON.stringify(value));
}

function writeExecutable(path: string, script: string): void {
  mkdirSync(dirname(join(clone, path)), { recursive: true });
  writeFileSync(join(clone, path), `#!/bin/sh\n${script}\n`);
  chmodSync(join(clone, path), 0o755);
}
