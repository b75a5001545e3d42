import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRealDisk } from '../real/disk.ts';
import { createUnsyncedDisk, type UnsyncedDiskPlan } from './unsynced-disk.ts';

const WRITER = fileURLToPath(new URL('./writer.fixture.ts', import.meta.url));
let base: string;
let files = 0;
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'minben-unsynced-'));
});
afterAll(() => rm(base, { recursive: true, force: true }));

interface Ended {
  readonly told: readonly string[];
  readonly found: string;
  readonly signal: NodeJS.Signals | null;
}

/** Runs the writer until it ends by itself, or kills it after it told of so many records. */
async function write(plan: UnsyncedDiskPlan, manner: 'synced' | 'careless', killAfter = Infinity): Promise<Ended> {
  files += 1;
  const path = join(base, `journal-${files}`);
  const child = spawn(process.execPath, [WRITER, path, JSON.stringify(plan), manner]);
  let output = '';
  child.stdout.on('data', (bytes: Buffer) => {
    output += bytes;
    if (output.split('\n').length > killAfter) child.kill('SIGKILL');
  });
  const signal = await new Promise<NodeJS.Signals | null>((resolve) => {
    child.on('close', (_code, by) => resolve(by));
  });
  // A line without its line feed was not told.
  return { told: output.split('\n').slice(0, -1), found: await readFile(path, 'utf8'), signal };
}

const whole = (count: number) =>
  Array.from({ length: count }, (_, record) => `record ${String(record).padStart(6, '0')}\n`).join('');

describe('a disk that forgets what was not synced', () => {
  it('keeps every record that was synced before kill -9', async () => {
    const { told, found, signal } = await write({}, 'synced', 20);
    expect(signal).toBe('SIGKILL');
    expect(told.length).toBeGreaterThanOrEqual(20);
    expect(found.startsWith(whole(told.length))).toBe(true);
  });

  it('finds out who acknowledges without a sync: after kill -9 nothing is left', async () => {
    const { told, found } = await write({}, 'careless', 20);
    expect(told.length).toBeGreaterThanOrEqual(20);
    expect(found).toBe('');
  });

  it('ends the process at the planned point: before a sync, within it, or after it', async () => {
    const at = (moment: object) => write({ deaths: [{ operation: 'sync', nth: 3, ...moment } as never] }, 'synced');
    const before = await at({ moment: 'before' });
    expect([before.told.length, before.found, before.signal]).toEqual([2, whole(2), 'SIGKILL']);
    const torn = await at({ moment: 'torn', fraction: 0.5 });
    expect([torn.told.length, torn.found]).toEqual([2, `${whole(2)}record `]);
    const after = await at({ moment: 'after' });
    expect([after.told.length, after.found]).toEqual([2, whole(3)]);
  });

  it('fails the planned sync or write, and tells of nothing after it', async () => {
    const sync = await write({ faults: [{ operation: 'sync', code: 'EIO', nth: 4 }] }, 'synced');
    expect([sync.told.at(-1), sync.told.length, sync.found]).toEqual(['EIO', 4, whole(3)]);
    const space = await write({ faults: [{ operation: 'append', code: 'ENOSPC', nth: 2 }] }, 'synced');
    expect([space.told.at(-1), space.found]).toEqual(['ENOSPC', whole(1)]);
  });

  it('is an ordinary disk to the process that uses it', async () => {
    const disk = createUnsyncedDisk(createRealDisk());
    const folder = join(base, 'ordinary');
    await disk.makeDirectory(folder);
    const [one, two] = [await disk.openAppend(join(folder, 'log')), await disk.openAppend(join(folder, 'log'))];
    await one.append(Buffer.from('a'));
    await two.append(Buffer.from('b'));
    expect([one.size, String(await disk.read(join(folder, 'log')))]).toEqual([2, 'ab']);
    expect(String(await createRealDisk().read(join(folder, 'log')))).toBe('');
    await two.sync();
    expect(String(await createRealDisk().read(join(folder, 'log')))).toBe('ab');
    await disk.writeAtomically(join(folder, 'state'), Buffer.from('x'));
    expect(await disk.list(folder)).toEqual(['log', 'state']);
    await disk.remove(join(folder, 'state'));
    expect(await disk.read(join(folder, 'state'))).toBeUndefined();
    await Promise.all([one.close(), two.close()]);
  });

  it('never syncs again what failed once, by whichever handle', async () => {
    const disk = createUnsyncedDisk(createRealDisk(), { faults: [{ operation: 'sync', code: 'EIO' }] });
    const path = join(base, 'failed-once');
    const [one, two] = [await disk.openAppend(path), await disk.openAppend(path)];
    await one.append(Buffer.from('lost'));
    await expect(one.sync()).rejects.toMatchObject({ code: 'EIO' });
    await expect(two.sync()).rejects.toMatchObject({ code: 'EIO' });
    expect(await readFile(path, 'utf8')).toBe('');
    await Promise.all([one.close(), two.close()]);
  });
});
