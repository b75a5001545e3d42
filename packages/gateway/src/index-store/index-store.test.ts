import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type RequestDetails, writeRequestDetails } from '@minben/exchange';
import { createRealClock, createRealDisk } from '@minben/ports';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Note } from '../core/notes.ts';
import {
  createExchangeIndex,
  createMemoryStore,
  type ExchangeIndex,
  type IndexStore,
  openSqliteStore,
} from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'minben-index-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newFile = () => {
  files += 1;
  return join(folder, `index-${files}.db`);
};
const openFile = (path: string) => openSqliteStore(path, createRealDisk());
const events: string[] = [];
const indexOver = (store: IndexStore): ExchangeIndex =>
  createExchangeIndex(store, createRealClock(), (_level, event) => events.push(event));

const entry = (seed: number) => Buffer.alloc(32, seed);
const hex = (seed: number) => entry(seed).toString('hex');
const detailsOf = (id: string, iat: number, member = 'TW/GOV/A') => {
  const details: RequestDetails = {
    v: 1,
    id,
    from: { gateway: `${member}/gw1`, member, client: `${member}/s` },
    to: { gateway: 'TW/GOV/B/gw1', member: 'TW/GOV/B' },
    origin: 'a.example/gw1',
    service: 'TW/GOV/B/s/c',
    serviceVersion: '1',
    method: 'GET',
    path: '/x',
    headers: '0'.repeat(64),
    body: { length: 0, sha256: '0'.repeat(64) },
    agreement: 'agreement-1',
    purpose: 'parking-permit',
    bundle: 1,
    iat,
    exp: iat + 30,
  };
  return Buffer.from(writeRequestDetails(details));
};
const proven = (kind: string, details: Buffer) => ({
  evidence: {
    kind,
    salt: Buffer.alloc(32, 1),
    details,
    index: 41,
    size: 77,
    path: [Buffer.alloc(32, 2), Buffer.alloc(32, 3)],
  },
  checkpoint: 'b.example/gw1\n77\nroot\n\n— signature\n',
});
const sent = (seed: number, id = `m-${seed}`, iat = 1000 + seed): Note => ({
  type: 'sent',
  entry: entry(seed),
  id,
  peer: 'TW/GOV/B/gw1',
  salt: Buffer.alloc(32, 9),
  details: detailsOf(id, iat),
});
const received = (seed: number, id = `m-${seed}`, iat = 1000 + seed): Note => ({
  type: 'received',
  entry: entry(seed),
  peer: 'TW/GOV/C/gw1',
  isLasting: true,
  request: proven('request', detailsOf(id, iat, 'TW/GOV/C')),
});
const ended = (seed: number, outcome: 'delivered' | 'unknown' = 'delivered'): Note =>
  outcome === 'unknown'
    ? { type: 'ended', entry: entry(seed), outcome }
    : { type: 'ended', entry: entry(seed), outcome, answer: proven('response', Buffer.from('{}')) };
const answered = (seed: number, kind = 'response'): Note => ({
  type: 'answered',
  isAdmitted: true,
  entry: entry(seed),
  answerEntry: entry(seed + 100),
  kind,
  salt: Buffer.alloc(32, 5),
  details: Buffer.from('{"answer":true}'),
});

const stores: [string, () => Promise<IndexStore>][] = [
  ['in memory', async () => createMemoryStore()],
  ['in SQLite', () => openFile(newFile())],
];

describe.each(stores)('the index of exchanges %s', (_name, openStore) => {
  const filled = async (...notes: Note[]) => {
    const index = indexOver(await openStore());
    for (const [at, note] of notes.entries()) index.take({ position: at + 1, note, index: at + 500 });
    return index;
  };

  it.each(['before', 'after'])('finds what a receipt is made of, %s it is stored', async (when) => {
    const index = await filled(sent(1), ended(1), received(2), answered(2));
    if (when === 'after') await index.flush();
    const own = index.findByEntry(hex(1));
    expect(own).toMatchObject({
      messageId: 'm-1',
      direction: 'sent',
      peer: 'TW/GOV/B/gw1',
      sender: 'TW/GOV/A',
      since: 1001,
      outcome: 'delivered',
    });
    expect(own?.request).toMatchObject({
      checkpoint: '',
      evidence: { kind: 'request', index: 500, size: 0, path: [] },
    });
    expect(Buffer.from(own?.request.evidence.details as Uint8Array)).toEqual(detailsOf('m-1', 1001));
    expect(own?.answer).toMatchObject({
      checkpoint: proven('', Buffer.of()).checkpoint,
      evidence: { kind: 'response', index: 41, size: 77 },
    });
    expect(own?.answer?.evidence.path.map((hash) => Buffer.from(hash).toString('hex'))).toEqual([
      '02'.repeat(32),
      '03'.repeat(32),
    ]);
    const [theirs] = index.findByMessage('m-2');
    expect(theirs).toMatchObject({ direction: 'received', sender: 'TW/GOV/C', outcome: 'delivered' });
    expect(theirs?.answer).toMatchObject({ checkpoint: '', evidence: { kind: 'response', index: 503 } });
    await index.close();
  });

  it('finds every attempt under a message id, oldest first, by its sender', async () => {
    const index = await filled(
      sent(3, 'same', 1005),
      sent(1, 'same', 1001),
      received(2, 'same', 1003),
      sent(4, 'other'),
    );
    expect(index.findByMessage('same').map(({ since }) => since)).toEqual([1001, 1003, 1005]);
    await index.flush();
    expect(index.findByMessage('same', 'TW/GOV/A').map((found) => found.entry)).toEqual([hex(1), hex(3)]);
    expect(index.findByMessage('none')).toEqual([]);
    await index.close();
  });

  it('knows what is open, oldest first', async () => {
    const index = await filled(sent(5), received(2), sent(3), sent(4));
    await index.flush();
    index.take({ position: 5, note: ended(3, 'unknown') });
    index.take({ position: 6, note: received(1) });
    index.take({ position: 7, note: { type: 'lost', entry: entry(4) } });
    expect(index.findOpen(10).map((found) => found.entry)).toEqual([hex(1), hex(2), hex(5)]);
    expect(index.findOpen(1).map((found) => found.entry)).toEqual([hex(1)]);
    await index.flush();
    expect(index.findOpen(10).map((found) => found.entry)).toEqual([hex(1), hex(2), hex(5)]);
    await index.close();
  });

  it('tells refusals and withheld answers apart', async () => {
    const index = await filled(received(1), answered(1, 'refusal'), received(2), answered(2, 'withheld'));
    expect(index.findByEntry(hex(1))?.outcome).toBe('refused');
    expect(index.findByEntry(hex(2))?.outcome).toBe('withheld');
    await index.close();
  });

  it('says nothing of an answer whose request it does not know', async () => {
    const index = await filled(ended(9));
    expect(index.findByEntry(hex(9))).toBeUndefined();
    await index.flush();
    expect(index.findByEntry(hex(9))).toBeUndefined();
    await index.close();
  });

  it('erases what is old, and keeps what is open', async () => {
    const index = await filled(sent(1), ended(1), sent(2), ended(2), sent(3));
    await index.flush();
    expect(index.eraseBefore(1002)).toBe(1);
    expect(index.findByEntry(hex(1))).toBeUndefined();
    expect(index.findByMessage('m-1')).toEqual([]);
    expect(index.eraseBefore(9999)).toBe(1);
    expect(index.findByEntry(hex(3))).toBeDefined();
    await index.close();
  });

  it('reaches a position only when every note up to it is stored', async () => {
    const store = await openStore();
    const index = indexOver(store);
    for (let at = 1; at <= 300; at += 1) index.take({ position: at, note: sent(at % 250, `m-${at}`) });
    expect(index.position).toBe(0);
    await index.flush();
    expect(index.position).toBe(300);
    await index.close();
  });

  it('stores at once when it must, and does without positions', async () => {
    const store = await openStore();
    const index = indexOver(store);
    for (let at = 1; at <= 200; at += 1) index.take({ note: sent(at, `m-${at}`) });
    index.storeNow();
    expect(store.findByMessage('m-200')).toHaveLength(1);
    expect(index.position).toBe(0);
    await index.close();
  });

  it('takes the place of an entry from a snapshot’s note, which comes without one', async () => {
    const index = indexOver(await openStore());
    index.take({ position: 1, note: { ...sent(1), index: 700 } as Note });
    index.take({ position: 2, note: received(2), index: 701 });
    index.take({ position: 3, note: { ...answered(2), index: 702 } as Note });
    await index.flush();
    expect(index.findByEntry(hex(1))?.request.evidence.index).toBe(700);
    expect(index.findByEntry(hex(2))?.answer?.evidence.index).toBe(702);
    await index.close();
  });

  it('stores by itself after a while', async () => {
    const index = await filled(sent(1));
    while (index.position === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(index.position).toBe(1);
    await index.close();
  });

  it('ends in the same state in whatever batches, and however often, the notes come', async () => {
    const script = [
      sent(1),
      received(2),
      sent(3, 'm-1'),
      ended(1),
      answered(2),
      ended(3, 'unknown'),
      sent(4),
      received(5),
    ];
    const plain = await filled(...script);
    await plain.flush();
    const expected = ['m-1', 'm-2', 'm-4', 'm-5'].map((id) => normalise(plain.findByMessage(id)));
    const open = normalise(plain.findOpen(10));
    await plain.close();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), fc.nat(7), async (flushes, again) => {
        const index = indexOver(await openStore());
        for (const [at, note] of script.entries()) {
          index.take({ position: at + 1, note, index: at + 500 });
          if (flushes[at]) await index.flush();
        }
        // After a restart, notes beyond the stored position are given again.
        for (let at = again; at < script.length; at += 1)
          index.take({ position: at + 1, note: script[at] as Note, index: at + 500 });
        expect(['m-1', 'm-2', 'm-4', 'm-5'].map((id) => normalise(index.findByMessage(id)))).toEqual(expected);
        await index.flush();
        expect(normalise(index.findOpen(10))).toEqual(open);
        await index.close();
      }),
      { numRuns: 15 },
    );
  });
});

describe('the SQLite file', () => {
  it('is found again after a restart, without being asked to build anew', async () => {
    const path = newFile();
    const first = indexOver(await openFile(path));
    first.take({ position: 7, note: sent(1), index: 3 });
    first.take({ position: 8, note: ended(1) });
    await first.close();
    const second = indexOver(await openFile(path));
    expect(second.position).toBe(8);
    expect(second.findByEntry(hex(1))).toMatchObject({ outcome: 'delivered', request: { evidence: { index: 3 } } });
    await second.close();
  });

  it.each([
    [
      'is no database',
      (path: string) =>
        writeFileSync(path, 'not a database at all, and longer than a header of SQLite would be, so that it is read'),
    ],
    [
      'is cut',
      (path: string) => writeFileSync(path, Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(3000, 7)])),
    ],
    ['has another form', (path: string) => useDatabase(path, 'PRAGMA user_version = 99; CREATE TABLE exchanges (x)')],
    ['is empty', (path: string) => writeFileSync(path, '')],
  ])('is made anew when it %s', async (_what, spoil) => {
    const path = newFile();
    spoil(path);
    const index = indexOver(await openFile(path));
    expect(index.position).toBe(0);
    index.take({ position: 1, note: sent(1) });
    await index.flush();
    expect(index.findByMessage('m-1')).toHaveLength(1);
    await index.close();
  });

  it('keeps nothing of what was erased', async () => {
    const path = newFile();
    const index = indexOver(await openFile(path));
    index.take({ position: 1, note: sent(1, 'message-to-be-erased') });
    index.take({ position: 2, note: ended(1) });
    await index.flush();
    index.eraseBefore(9999);
    await index.close();
    expect(readFileSync(path).includes('message-to-be-erased')).toBe(false);
  });
});

describe('an index whose disk refuses', () => {
  it('has reached no note that was not stored, when the disk refuses between two batches', () => {
    const memory = createMemoryStore();
    let batches = 0;
    const store: IndexStore = {
      ...memory,
      get position() {
        return memory.position;
      },
      store(batch, position) {
        batches += 1;
        if (batches === 2) throw new Error('ENOSPC');
        memory.store(batch, position);
      },
    };
    const index = indexOver(store);
    for (let at = 1; at <= 700; at += 1) {
      const note = { ...sent(1, `m-${at}`), entry: Buffer.alloc(32, `entry ${at}`) } as Note;
      index.take({ position: at, note });
    }
    index.storeNow();
    expect(index.position).toBeGreaterThan(0);
    expect(index.position).toBeLessThan(700);
    for (let at = 1; at <= 700; at += 1)
      expect(memory.findByMessage(`m-${at}`)).toHaveLength(at <= index.position ? 1 : 0);
  });

  it('says that it is incomplete, goes on answering, and asks for the notes again after a restart', async () => {
    const memory = createMemoryStore();
    let isBroken = true;
    const store: IndexStore = {
      ...memory,
      get position() {
        return memory.position;
      },
      store(batch, position) {
        if (isBroken) throw new Error('ENOSPC');
        memory.store(batch, position);
      },
    };
    events.length = 0;
    const index = indexOver(store);
    index.take({ position: 1, note: sent(1) });
    await index.flush();
    expect(events).toEqual(['index-refused']);
    expect(index.isComplete).toBe(false);
    expect(index.position).toBe(0);
    expect(index.findByMessage('m-1')).toHaveLength(1);
    isBroken = false;
    const next = indexOver(store);
    next.take({ position: 1, note: sent(1) });
    await next.flush();
    expect(next.position).toBe(1);
    expect(next.isComplete).toBe(true);
  });
});

function useDatabase(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

/** Buffers and byte arrays compare alike in JSON. */
function normalise(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, part) =>
      part instanceof Uint8Array || part?.type === 'Buffer' ? Buffer.from(part.data ?? part).toString('hex') : part,
    ),
  );
}
