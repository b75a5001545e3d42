import { cp, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRealDisk } from '@minben/ports';
import { describe, expect, it } from 'vitest';
import type { PublicLog } from '../contract.ts';
import type { HeadAnswer, LogRefusal } from '../index.ts';
import { createFaultyDisk } from '../testing/faulty-disk.ts';
import { entryOf, makeDirectory, type OpenedLog, ORIGIN, openTestLog, signerOf } from '../testing/fixture.ts';

const SEGMENT = 'journal/0000000001.journal';

async function appendBatch(log: PublicLog, from: number, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, index) => log.append(entryOf(from + index), Buffer.from(`note ${from + index}`))),
  );
}

/** Opens a copy of `directory` that `damage` has gone over first. */
async function reopen(
  directory: string,
  damage: (copy: string) => Promise<void>,
  changes: Parameters<typeof openTestLog>[1] = {},
): Promise<OpenedLog> {
  const copy = join(await makeDirectory(), 'copy');
  await cp(directory, copy, { recursive: true });
  await damage(copy);
  return await openTestLog(copy, changes);
}

const refusalOf = (opening: Promise<unknown>) =>
  opening.then(
    () => undefined,
    (refusal: LogRefusal) => refusal.reason,
  );

describe('a torn tail', () => {
  it('is cut off at every byte of the last batch, reported, and nothing before it is lost', async () => {
    const directory = await makeDirectory();
    const { log } = await openTestLog(directory);
    await appendBatch(log, 0, 3);
    const before = log.head;
    const { length: good } = await readFile(join(directory, SEGMENT));
    await appendBatch(log, 3, 4);
    const { length: whole } = await readFile(join(directory, SEGMENT));
    const disk = createRealDisk();
    for (let length = good; length <= whole; length++) {
      const again = await reopen(directory, (copy) => truncate(join(copy, SEGMENT), length), { disk });
      const expected = length === whole ? log.head : before;
      expect([length, again.log.head]).toEqual([length, expected]);
      expect(again.replayed.map(({ note }) => note)).toEqual(
        Array.from({ length: expected.size }, (_, index) => `note ${index}`),
      );
      const reported = again.lines.some(({ event }) => event === 'torn-tail-truncated');
      expect(reported).toBe(length > good && length < whole);
      expect((await again.log.append(entryOf('next'))).index).toBe(expected.size);
      await again.log.close();
    }
    await log.close();
  });

  it('may end in zeroes or old bytes instead of ending early', async () => {
    const directory = await makeDirectory();
    const { log } = await openTestLog(directory);
    await appendBatch(log, 0, 3);
    const bytes = await readFile(join(directory, SEGMENT));
    for (const tail of [Buffer.alloc(4096), Buffer.alloc(300, 0xff), bytes.subarray(0, 200)]) {
      const again = await reopen(directory, (copy) => writeFile(join(copy, SEGMENT), Buffer.concat([bytes, tail])));
      expect(again.log.head).toEqual(log.head);
      expect(await readFile(join(directory, SEGMENT))).toEqual(bytes);
      await again.log.close();
    }
    await log.close();
  });

  it('of a segment that is not the last is corruption', async () => {
    const directory = await makeDirectory();
    const { log } = await openTestLog(directory, { segmentBytes: 500 });
    for (let batch = 0; batch < 10; batch++) await appendBatch(log, batch * 2, 2);
    const names = await readdir(join(directory, 'journal'));
    expect(names.length).toBeGreaterThan(2);
    const bytes = await readFile(join(directory, 'journal', names[0] as string));
    const opening = reopen(directory, (copy) => truncate(join(copy, 'journal', names[0] as string), bytes.length - 5));
    expect(await refusalOf(opening)).toBe('corrupt');
    await log.close();
  });
});

describe('a damaged journal', () => {
  it('is refused, or caught by who holds a later head: one flipped bit at 1,000 places', async () => {
    const directory = await makeDirectory();
    const { log } = await openTestLog(directory, { segmentBytes: 3_000 });
    for (let batch = 0; batch < 12; batch++) await appendBatch(log, batch * 5, 5);
    const names = await readdir(join(directory, 'journal'));
    const files: { name: string; bytes: Buffer; start: number }[] = [];
    let total = 0;
    for (const name of names) {
      const bytes = await readFile(join(directory, 'journal', name));
      files.push({ name, bytes, start: total });
      total += bytes.length;
    }
    const askOthers = (): Promise<HeadAnswer[]> =>
      Promise.resolve([{ from: 'witness', name: 'head', checkpoint: log.head.checkpoint }]);
    const outcomes: Record<string, number> = {};
    // A fixed linear congruential generator: the same 1,000 places in every run.
    let state = 20_260_101;
    for (let round = 0; round < 1_000; round++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const place = Math.floor((state / 2 ** 32) * total);
      const file = files.find(({ start, bytes }) => place < start + bytes.length) as (typeof files)[number];
      const flipped = Buffer.from(file.bytes);
      flipped[place - file.start] = (flipped[place - file.start] as number) ^ (1 << (round % 8));
      const disk = {
        ...createRealDisk(),
        writeAtomically: () => Promise.resolve(),
        read: read.bind(undefined, directory, file.name, flipped),
      };
      const outcome = await openTestLog(directory, { disk, askOthers }).then(
        async (again) => {
          const decided = await again.log.decided();
          await expect(again.log.append(entryOf('after'))).rejects.toThrow();
          await again.log.close();
          return decided.name === 'refusing' ? decided.reason : decided.name;
        },
        (refusal: LogRefusal) => refusal.reason,
      );
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
    await log.close();
    expect(Object.keys(outcomes).sort()).toEqual(['corrupt', 'larger-head-elsewhere']);
    expect(outcomes.corrupt).toBeGreaterThan(800);
  });

  it('is refused when a batch was exchanged for an older one of the same length', async () => {
    const directory = await makeDirectory();
    const { log } = await openTestLog(directory);
    const ends: number[] = [(await readFile(join(directory, SEGMENT))).length];
    for (let batch = 0; batch < 3; batch++) {
      await appendBatch(log, 0, 1);
      ends.push((await readFile(join(directory, SEGMENT))).length);
    }
    const bytes = await readFile(join(directory, SEGMENT));
    const first = bytes.subarray(ends[0], ends[1]);
    const replayed = Buffer.concat([bytes.subarray(0, ends[1]), first, bytes.subarray(ends[2])]);
    expect(replayed.length).toBe(bytes.length);
    expect(await refusalOf(reopen(directory, (copy) => writeFile(join(copy, SEGMENT), replayed)))).toBe('corrupt');
    await log.close();
  });

  it('is refused when it ends before what was published', async () => {
    const directory = await makeDirectory();
    const { log } = await openTestLog(directory);
    await appendBatch(log, 0, 3);
    const { length: good } = await readFile(join(directory, SEGMENT));
    await appendBatch(log, 3, 3);
    await log.publish();
    expect(await refusalOf(reopen(directory, (copy) => truncate(join(copy, SEGMENT), good)))).toBe('corrupt');
    expect(await refusalOf(reopen(directory, (copy) => createRealDisk().remove(join(copy, SEGMENT))))).toBe('corrupt');
    await log.close();
  });

  it('is refused under another key or another origin', async () => {
    const directory = await makeDirectory();
    const { log } = await openTestLog(directory);
    await appendBatch(log, 0, 3);
    await log.close();
    expect(await refusalOf(reopen(directory, async () => {}, { signer: signerOf('another key') }))).toBe('corrupt');
    expect(await refusalOf(reopen(directory, async () => {}, { origin: 'other.example/log' }))).toBe('corrupt');
  });
});

async function read(directory: string, name: string, changed: Buffer, path: string): Promise<Buffer | undefined> {
  return path === `${directory}/journal/${name}` ? changed : await createRealDisk().read(path);
}

describe('a disk that fails', () => {
  for (const [kind, code] of [
    ['sync', 'EIO'],
    ['write', 'ENOSPC'],
    ['write', 'EIO'],
  ] as const) {
    it(`stops the log for ever when a ${kind} answers ${code}, and nothing of that batch is acknowledged`, async () => {
      const directory = await makeDirectory();
      const { disk, faults } = createFaultyDisk();
      const { log, lines } = await openTestLog(directory, { disk });
      await appendBatch(log, 0, 3);
      const head = log.head;
      faults[kind] = code as 'EIO';
      const attempts = await Promise.allSettled([
        log.append(entryOf(3)),
        log.append(entryOf(4)),
        log.note(Buffer.from('note')),
      ]);
      for (const attempt of attempts)
        expect(attempt).toMatchObject({ status: 'rejected', reason: { name: 'LogRefusal', reason: 'sync-failed' } });
      expect(log.state).toEqual({ name: 'refusing', reason: 'sync-failed' });
      expect(log.head).toEqual(head);
      expect(lines).toContainEqual(expect.objectContaining({ level: 'error', event: 'log-stopped' }));
      // The disk is well again, the log is not: nobody knows what it holds.
      await expect(log.append(entryOf(5))).rejects.toMatchObject({ reason: 'sync-failed' });
      await expect(log.note(Buffer.from('later'))).rejects.toMatchObject({ reason: 'sync-failed' });
      await expect(log.inclusionPath(3, 4)).rejects.toThrow(RangeError);
      await log.close();
      expect(log.state).toEqual({ name: 'refusing', reason: 'sync-failed' });
      const again = await openTestLog(directory);
      expect(again.log.head.size).toBeGreaterThanOrEqual(head.size);
      await again.log.append(entryOf(6));
      await again.log.close();
    });
  }

  it('rejects what waits behind a failing batch as well', async () => {
    const { disk, faults } = createFaultyDisk();
    const { log } = await openTestLog(await makeDirectory(), { disk });
    faults.sync = 'EIO';
    const first = log.append(entryOf(0));
    const second = new Promise((resolve, reject) =>
      setImmediate(() => void log.append(entryOf(1)).then(resolve, reject)),
    );
    const outcomes = await Promise.allSettled([first, second]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected']);
    await log.close();
    // Not one byte follows the batch whose fate nobody knows.
    expect(faults.writes).toBe(1);
  });

  it('stops the log when a new segment cannot be written', async () => {
    const { disk, faults } = createFaultyDisk();
    const { log } = await openTestLog(await makeDirectory(), { disk, segmentBytes: 500 });
    faults.atomic = 'ENOSPC';
    await appendBatch(log, 0, 20);
    await expect(log.append(entryOf(20))).rejects.toMatchObject({ reason: 'sync-failed' });
    await log.close();
  });

  it('delays publication without stopping the log', async () => {
    const { disk, faults } = createFaultyDisk();
    const { log } = await openTestLog(await makeDirectory(), { disk });
    await appendBatch(log, 0, 3);
    faults.atomic = 'EIO';
    await expect(log.publish()).rejects.toThrow('injected');
    expect(log.publishedHead).toBeUndefined();
    await appendBatch(log, 3, 3);
    faults.atomic = undefined;
    expect((await log.publish()).size).toBe(6);
    await log.close();
  });

  it('stops the log when its key cannot sign', async () => {
    const good = signerOf(ORIGIN);
    let broken = false;
    const signer = {
      publicKey: good.publicKey,
      sign: (text: Uint8Array) => (broken ? Promise.reject(new Error('gone')) : good.sign(text)),
    };
    const { log } = await openTestLog(await makeDirectory(), { signer });
    await log.append(entryOf(0));
    broken = true;
    await expect(log.append(entryOf(1))).rejects.toMatchObject({ reason: 'signer-failed' });
    await log.close();
  });
});

describe('a restored backup', () => {
  it('never appends again when anybody holds a larger head', async () => {
    const directory = await makeDirectory();
    const { log } = await openTestLog(directory);
    await appendBatch(log, 0, 3);
    const backup = join(await makeDirectory(), 'backup');
    await cp(directory, backup, { recursive: true });
    await appendBatch(log, 3, 3);
    const held = log.head.checkpoint;
    await log.close();
    const restored = await openTestLog(backup, {
      askOthers: () =>
        Promise.resolve([
          { from: 'peer 1', name: 'none' },
          { from: 'peer 2', name: 'head', checkpoint: held },
        ]),
    });
    expect(await restored.log.decided()).toEqual({ name: 'refusing', reason: 'larger-head-elsewhere' });
    await expect(restored.log.append(entryOf(9))).rejects.toMatchObject({ reason: 'larger-head-elsewhere' });
    await restored.log.close();
  });

  it('never appends again when anybody holds another history, at the same size or smaller', async () => {
    for (const size of [2, 4]) {
      const { log: one } = await openTestLog(await makeDirectory());
      const { log: other } = await openTestLog(await makeDirectory());
      await appendBatch(one, 0, 4);
      await appendBatch(other, 100, size);
      const held = other.head.checkpoint;
      const directory = await makeDirectory();
      const opened = await openTestLog(directory);
      await appendBatch(opened.log, 0, 4);
      await opened.log.close();
      const again = await openTestLog(directory, {
        askOthers: () => Promise.resolve([{ from: 'witness', name: 'head', checkpoint: held }]),
      });
      expect(await again.log.decided()).toEqual({ name: 'refusing', reason: 'other-head-elsewhere' });
      for (const log of [one, other, again.log]) await log.close();
    }
  });

  it('is not mistaken for one by an older head, nor by a head that this log never signed', async () => {
    const directory = await makeDirectory();
    const { log } = await openTestLog(directory);
    await appendBatch(log, 0, 2);
    const older = log.head.checkpoint;
    await appendBatch(log, 2, 300);
    await log.close();
    const forged = older.replace('\n2\n', '\n900\n');
    const again = await openTestLog(directory, {
      askOthers: () =>
        Promise.resolve([
          { from: 'liar', name: 'head', checkpoint: forged },
          { from: 'witness', name: 'head', checkpoint: older },
        ]),
    });
    expect(await again.log.decided()).toEqual({ name: 'writable' });
    await again.log.close();
  });
});
