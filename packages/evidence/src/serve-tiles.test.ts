import { readFile, writeFile } from 'node:fs/promises';
import { createRealNetwork } from '@minben/ports';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { PublicLog } from './contract.ts';
import {
  createVerifierKey,
  fetchTilesFrom,
  hashLeaf,
  openTileReader,
  serveTiles,
  verifyCheckpoint,
  verifyConsistency,
  verifyInclusion,
} from './index.ts';
import { entryOf, makeDirectory, ORIGIN, openTestLog, signerOf } from './testing/fixture.ts';

const key = createVerifierKey(ORIGIN, 'log', signerOf(ORIGIN).publicKey);
const network = createRealNetwork();

async function serve(log: PublicLog): Promise<{
  url: string;
  get: (path: string) => Promise<{ status: number; type: string; cache: string; body: Buffer }>;
}> {
  const listener = await network.serve(
    { host: '127.0.0.1', port: 0 },
    serveTiles(log, () => {}, '/tlog'),
  );
  onTestFinished(() => listener.close(0));
  const url = `http://127.0.0.1:${listener.port}/tlog`;
  return {
    url,
    async get(path) {
      const { status, headers, body } = await network.request({
        method: 'GET',
        url: `${url}/${path}`,
        timeoutMs: 10_000,
      });
      const header = (name: string) => headers.find(([each]) => each === name)?.[1] ?? '';
      return { status, type: header('content-type'), cache: header('cache-control'), body: Buffer.from(body) };
    },
  };
}

async function grow(log: PublicLog, from: number, to: number): Promise<void> {
  await Promise.all(Array.from({ length: to - from }, (_, index) => log.append(entryOf(from + index))));
}

describe('the public tiles of a log', () => {
  it("hold the 70,000 entries of the specification's example in exactly its tiles", async () => {
    const { log } = await openTestLog(await makeDirectory());
    for (let size = 0; size < 70_000; size += 10_000) await grow(log, size, size + 10_000);
    await log.publish();
    const { get } = await serve(log);
    const checkpoint = await get('checkpoint');
    expect([checkpoint.status, checkpoint.type, checkpoint.cache]).toEqual([
      200,
      'text/plain; charset=utf-8',
      'public, max-age=1',
    ]);
    expect(verifyCheckpoint(checkpoint.body.toString(), key)).toMatchObject({ ok: true, value: { size: 70_000 } });
    const present = [
      'tile/0/000',
      'tile/0/272',
      'tile/0/273.p/112',
      'tile/1/000',
      'tile/1/001.p/17',
      'tile/2/000.p/1',
      'tile/entries/272',
      'tile/entries/273.p/112',
    ];
    for (const path of present) {
      const tile = await get(path);
      const width = Number(/\.p\/(\d+)$/.exec(path)?.[1] ?? 256);
      expect([path, tile.status, tile.type, tile.body.length]).toEqual([
        path,
        200,
        'application/octet-stream',
        width * (path.includes('entries') ? 34 : 32),
      ]);
      expect(tile.cache).toContain('immutable');
    }
    for (const path of [
      'tile/0/273',
      'tile/0/274.p/1',
      'tile/0/273.p/113',
      'tile/1/001',
      'tile/2/000',
      'tile/3/000.p/1',
      'tile/entries/273',
      'tile/0/0',
      'tile/0/000.p/256',
      'journal/0000000001.journal',
      '../journal',
    ]) {
      expect([path, (await get(path)).status]).toEqual([path, 404]);
    }
    const bundle = await get('tile/entries/273.p/112');
    const leaves = await get('tile/0/273.p/112');
    for (let position = 0; position < 112; position++) {
      const entry = bundle.body.subarray(position * 34 + 2, position * 34 + 34);
      expect(entry).toEqual(entryOf(273 * 256 + position));
      expect(leaves.body.subarray(position * 32, position * 32 + 32)).toEqual(hashLeaf(entry));
    }
    await log.close();
  });

  it('let anybody compute paths and roots against a verified head', async () => {
    const { log } = await openTestLog(await makeDirectory());
    await grow(log, 0, 700);
    const older = log.head;
    await grow(log, 700, 1_500);
    await log.publish();
    const { url } = await serve(log);
    const reader = await openTileReader(log.head, fetchTilesFrom(network, url, 10_000));
    for (const index of [0, 255, 256, 700, 1_499]) {
      expect(verifyInclusion(hashLeaf(entryOf(index)), index, log.head, await reader.inclusionPath(index, 1_500))).toBe(
        true,
      );
    }
    expect(Buffer.from(await reader.rootAt(700))).toEqual(Buffer.from(older.root));
    expect(verifyConsistency(older, log.head, await reader.consistencyPath(700, 1_500))).toBe(true);
    await expect(
      openTileReader({ size: 1_500, root: older.root }, fetchTilesFrom(network, url, 10_000)),
    ).rejects.toThrow('damaged');
    await log.close();
  });

  it('are never believed unverified: any altered tile is noticed by a reader', async () => {
    const { log } = await openTestLog(await makeDirectory());
    await grow(log, 0, 600);
    const head = log.head;
    await log.publish();
    for (const [damagedLevel, damagedNumber] of [
      [0, 0],
      [0, 2],
      [1, 0],
    ] as const) {
      const fetch = async (level: number, number: number, width: number) => {
        const tile = await log.readTile(level, number, width);
        if (tile !== undefined && level === damagedLevel && number === damagedNumber)
          tile[33] = (tile[33] as number) ^ 1;
        return tile;
      };
      await expect(openTileReader(head, fetch).then((reader) => reader.inclusionPath(3, 600))).rejects.toThrow(
        'damaged',
      );
    }
    await log.close();
  });

  it('are not served when the disk gave back something else', async () => {
    const directory = await makeDirectory();
    const first = await openTestLog(directory, { segmentBytes: 1_000 });
    for (let size = 0; size < 1_024; size += 256) await grow(first.log, size, size + 256);
    await first.log.publish();
    await first.log.append(entryOf(1_024));
    await first.log.close();
    const { log } = await openTestLog(directory);
    const { get } = await serve(log);
    const before = await get('tile/0/001');
    expect(before.status).toBe(200);
    await log.close();
    for (const path of ['tile/0/001', 'tile/entries/002']) {
      const file = `${directory}/public/${path}`;
      const bytes = await readFile(file);
      bytes[100] = (bytes[100] as number) ^ 4;
      await writeFile(file, bytes);
    }
    const again = await openTestLog(directory);
    const damaged = await serve(again.log);
    expect((await damaged.get('tile/0/001')).status).toBe(503);
    expect((await damaged.get('tile/0/001.p/7')).status).toBe(503);
    expect((await damaged.get('tile/entries/002')).status).not.toBe(200);
    expect((await damaged.get('tile/0/000')).status).toBe(200);
    await again.log.close();
  });
});
