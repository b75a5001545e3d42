import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createRealDisk, type Disk } from '@minben/ports';
import { describe, expect, it } from 'vitest';
import { hashLeaf, verifyInclusion } from '../merkle/index.ts';
import { entryOf, makeDirectory, openTestLog, until } from '../testing/fixture.ts';

/** A disk that tells in which order tiles were synced and journal segments removed. */
function tellingDisk(): { readonly disk: Disk; readonly told: string[]; failSync: boolean } {
  const real = createRealDisk();
  const told: string[] = [];
  const world = {
    told,
    failSync: false,
    disk: {
      ...real,
      derived: {
        write: (path: string, bytes: Uint8Array) => real.derived?.write(path, bytes) ?? Promise.reject(new Error()),
        async sync(paths: readonly string[]) {
          if (world.failSync) throw Object.assign(new Error('EIO: injected'), { code: 'EIO' });
          await real.derived?.sync(paths);
          for (const path of paths) told.push(`synced ${path.slice(path.indexOf('/tile/') + 1)}`);
        },
      },
      async remove(path: string) {
        if (path.endsWith('.journal')) told.push('segment removed');
        await real.remove(path);
      },
    } satisfies Disk,
  };
  return world;
}

async function appendMany(log: Awaited<ReturnType<typeof openTestLog>>['log'], from: number, count: number) {
  await Promise.all(Array.from({ length: count }, (_, index) => log.append(entryOf(from + index))));
}

describe('tiles that a crash has lost', () => {
  it('are served at once and made anew after the restart, from what the journal still holds', async () => {
    const directory = await makeDirectory();
    const first = await openTestLog(directory);
    await appendMany(first.log, 0, 600);
    await first.log.close();
    await rm(join(directory, 'public', 'tile'), { recursive: true });

    const { log } = await openTestLog(directory, { publishEveryMs: 20 });
    expect(await log.readTile('entries', 1, 256)).toHaveLength(256 * 34);
    expect(verifyInclusion(hashLeaf(entryOf(3)), 3, log.head, await log.inclusionPath(3, 600))).toBe(true);
    await until(() => existsSync(join(directory, 'public', 'tile', '0', '001')));
    expect(await readFile(join(directory, 'public', 'tile', '0', '001'))).toHaveLength(256 * 32);
    await log.close();
  });
});

describe('a journal segment', () => {
  it('is removed only after every full tile made from its leaves was synced', async () => {
    const world = tellingDisk();
    const { log } = await openTestLog(await makeDirectory(), { segmentBytes: 20_000, disk: world.disk });
    for (let batch = 0; batch < 10; batch += 1) await appendMany(log, batch * 100, 100);
    await log.publish();
    const removed = world.told.indexOf('segment removed');
    expect(removed).toBeGreaterThan(0);
    for (const tile of ['tile/0/000', 'tile/0/001', 'tile/0/002', 'tile/entries/000', 'tile/entries/002'])
      expect(world.told.slice(0, removed)).toContain(`synced ${tile}`);
    await log.close();
  });

  it('stays when the tiles cannot be synced', async () => {
    const world = tellingDisk();
    const { log } = await openTestLog(await makeDirectory(), { segmentBytes: 20_000, disk: world.disk });
    for (let batch = 0; batch < 10; batch += 1) await appendMany(log, batch * 100, 100);
    world.failSync = true;
    await expect(log.publish()).rejects.toThrow('injected');
    expect(world.told).not.toContain('segment removed');
    world.failSync = false;
    await log.publish();
    expect(world.told).toContain('segment removed');
    await log.close();
  });
});
