import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileSigner, createRealClock, createRealDisk } from '@minben/ports';
import { expect, it, onTestFinished } from 'vitest';
import { type Journal, openJournal } from './journal.ts';
import { decodeNote, encodeNote, type RegistryNote } from './note.ts';

const signer = createFileSigner(randomBytes(32));

async function open(directory: string): Promise<Journal> {
  const journal = await openJournal({
    disk: createRealDisk(),
    directory,
    origin: 'hub.example/log',
    signer,
    clock: createRealClock(),
    logger: () => undefined,
    askOthers: async () => [{ from: 'witness', name: 'none' }],
    // Small enough that the journal begins a new segment, with a snapshot, again and again.
    segmentBytes: 2000,
    // As early as a batch can begin: before those who waited for the last one have heard of it.
    gather: (flush) => flush(),
  });
  await journal.log.decided();
  return journal;
}

async function makeDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'minben-journal-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

const minted = (index: number): RegistryNote => ({
  t: 'grant-minted',
  jti: `g${index}`,
  index,
  gateways: ['gw'],
  exp: 4_000_000_000,
});
const withdrawn = (version: number): RegistryNote => ({
  t: 'grant-withdrawn',
  jti: `g${version - 1}`,
  version,
  details: '{}',
  salt: '',
});

it('keeps every note across many segments, also those under way while a segment begins', async () => {
  const directory = await makeDirectory();
  const journal = await open(directory);
  const append = (note: RegistryNote) => journal.log.append(randomBytes(32), encodeNote(note));
  for (let round = 0; round < 20; round += 1) {
    // Not awaited one by one, so that batches hold several and a snapshot meets notes that are not applied yet.
    await Promise.all(Array.from({ length: 10 }, (_, offset) => append(minted(round * 10 + offset))));
    await Promise.all(Array.from({ length: 5 }, (_, offset) => append(withdrawn(round * 5 + offset + 1))));
  }
  const before = journal.book.snapshot(0);
  const head = journal.log.head.size;
  await journal.log.close();

  const again = await open(directory);
  expect(again.log.head.size).toBe(head);
  expect(again.book.snapshot(0)).toEqual(before);
  expect([again.book.version, again.book.nextIndex]).toEqual([100, 200]);
  expect(again.book.withdrawal('g42')?.entry).toBe(journal.book.withdrawal('g42')?.entry);
  await again.log.close();
});

it('applies a note that comes with an entry only once it is durable, one that rides along at once', async () => {
  const journal = await open(await makeDirectory());
  const appended = journal.log.append(randomBytes(32), encodeNote(minted(0)));
  expect(journal.book.grant('g0')).toBeUndefined();
  await appended;
  expect(journal.book.grant('g0')).toBeDefined();
  journal.remember({ t: 'version-acknowledged', gateway: 'gw', version: 1 });
  expect(journal.book.acknowledged('gw')).toBe(1);
  await journal.log.close();
});

it('does not apply a note that the log refused', async () => {
  const journal = await open(await makeDirectory());
  await journal.log.close();
  await expect(journal.log.append(randomBytes(32), encodeNote(minted(0)))).rejects.toThrow();
  expect(journal.book.grant('g0')).toBeUndefined();
});

it('does not go on over notes that it did not write', () => {
  expect(() => decodeNote(Buffer.from('{"t":"something-else"}'))).toThrow(/cannot read/);
});
