import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { stat, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  createVerifierKey,
  formatVerifierKey,
  keepWitnessed,
  lastCheckpoint,
  parseVerifierKey,
} from '@minben/evidence';
import { createRealNetwork } from '@minben/ports';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { entryOf, makeDirectory, ORIGIN, openTestLog, signerOf, until } from '../../../evidence/src/testing/fixture.ts';
import { run } from './witness.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const logKey = createVerifierKey(ORIGIN, 'log', signerOf(ORIGIN).publicKey);

const NAME = 'witness.example/w';

interface RunningWitness {
  readonly url: string;
  readonly key: string;
  readonly child: ChildProcess;
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** By flags, or by the file that the supervisor writes: over the same key and heads. */
async function startWitness(directory: string, how: 'flags' | 'file' = 'flags'): Promise<RunningWitness> {
  const vkey = formatVerifierKey(logKey);
  const home = `${directory}/witness`;
  await writeFile(`${directory}/logs.txt`, `# whom this witness watches\nlog ${vkey}\n`);
  const door = { host: '127.0.0.1', port: 0 };
  const file = {
    name: NAME,
    key: `${home}/witness.key`,
    directory: `${home}/heads`,
    public: door,
    operations: door,
    logs: [vkey],
  };
  await writeFile(`${directory}/witness.json`, JSON.stringify(file));
  const flags = ['--directory', home, '--name', NAME, '--port', '0', '--logs', `${directory}/logs.txt`];
  const args = [main, 'witness', ...(how === 'file' ? [`${directory}/witness.json`] : flags)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await until(() => /Address: (\S+)\n/.test(output));
  return {
    url: /Address: (\S+)\n/.exec(output)?.[1] ?? '',
    key: /Witness key: (\S+)\n/.exec(output)?.[1] ?? '',
    child,
    async stop(signal) {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}

describe('minben witness', () => {
  it('makes its key once, for its owner only, and cosigns over a real socket', async () => {
    const directory = await makeDirectory();
    const network = createRealNetwork();
    const first = await startWitness(directory);
    expect((await stat(`${directory}/witness/witness.key`)).mode & 0o777).toBe(0o600);
    const key = parseVerifierKey(first.key);
    if (!key.ok) throw new Error(key.error);
    const { log } = await openTestLog(await makeDirectory());
    for (let index = 0; index < 5; index++) await log.append(entryOf(index));
    await log.publish();
    const stop = keepWitnessed({
      log,
      key: logKey,
      network,
      logger: () => {},
      witnesses: () => [{ key: key.value, url: first.url }],
      quorum: () => 1,
    });
    await until(() => log.witnessed?.size === 5);
    await stop();
    expect(await lastCheckpoint(network, { url: first.url }, ORIGIN, 10_000)).toBe(log.witnessed?.checkpoint);
    await first.stop('SIGKILL');
    const second = await startWitness(directory, 'file');
    expect(second.key).toBe(first.key);
    expect(await lastCheckpoint(network, { url: second.url }, ORIGIN, 10_000)).toBe(log.witnessed?.checkpoint);
    await second.stop('SIGTERM');
    expect(second.child.exitCode).toBe(0);
    await log.close();
    await network.close();
  });

  it('says how it is called when it is called wrongly', async () => {
    for (const args of [
      [],
      ['--directory', 'x'],
      ['--directory', 'x', '--name', 'a b', '--logs', 'y'],
      [
        '--directory',
        'x',
        '--name',
        'w',
        '--logs',
        'y',
        '--bundle-url',
        'u',
        '--bundle-key',
        'k',
        '--hub-log-key',
        'l',
      ],
      ['--nonsense'],
    ]) {
      const said = vi.spyOn(console, 'error').mockImplementation(() => {});
      expect([args, await run(args)]).toEqual([args, 2]);
      expect(said.mock.lastCall?.[0]).toContain('Usage');
    }
  });

  it('does not start with a list that names no log', async () => {
    const directory = await makeDirectory();
    await writeFile(`${directory}/logs.txt`, 'log nonsense\n');
    const { status, stderr } = spawnSync(
      process.execPath,
      [main, 'witness', '--directory', directory, '--name', 'w', '--port', '0', '--logs', `${directory}/logs.txt`],
      { encoding: 'utf8' },
    );
    expect([status, stderr.includes('not-three-parts')]).toEqual([1, true]);
  });
});
