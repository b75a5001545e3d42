import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HeadAnswer } from '@minben/evidence';
import { createFileSigner, createRealClock, createRealDisk, createRealRandom } from '@minben/ports';
import { expect, it, onTestFinished } from 'vitest';
import { type Journal, openJournal } from '../notes/journal.ts';
import { encodeNote } from '../notes/note.ts';
import { createWithdrawing } from './withdraw-grant.ts';

const clock = createRealClock();

function open(directory: string, askOthers: () => Promise<readonly HeadAnswer[]>): Promise<Journal> {
  return openJournal({
    disk: createRealDisk(),
    directory,
    origin: 'hub.example/log',
    signer: createFileSigner(Buffer.alloc(32, 7)),
    clock,
    logger: () => undefined,
    askOthers,
  });
}

function withdrawing({ log, book }: Journal) {
  return createWithdrawing({
    clock,
    random: createRealRandom(),
    log,
    book,
    authority: { announce: () => undefined } as never,
  });
}

const mint = ({ log, book }: Journal, jti: string) =>
  log.note(encodeNote({ t: 'grant-minted', jti, index: book.nextIndex, gateways: [], exp: 2_000_000_000 }));

it('leaves no gap in the versions when persons withdraw while the log does not write yet', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'minben-withdraw-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const first = await open(directory, async () => [{ from: 'witness', name: 'none' }]);
  await first.log.decided();
  for (const jti of ['a', 'b']) await mint(first, jti);
  await withdrawing(first)('a');
  await first.log.close();

  let answer: (answers: HeadAnswer[]) => void = () => undefined;
  const asked = new Promise<HeadAnswer[]>((resolve) => {
    answer = resolve;
  });
  const second = await open(directory, () => asked);
  const withdraw = withdrawing(second);
  for (let attempt = 0; attempt < 3; attempt += 1)
    await expect(withdraw('b')).rejects.toMatchObject({ name: 'LogRefusal', reason: 'asking' });
  answer([{ from: 'witness', name: 'none' }]);
  await second.log.decided();
  expect(await withdraw('b')).toMatchObject({ ok: true, value: { jti: 'b', version: 2 } });
  await second.log.close();

  const third = await open(directory, async () => [{ from: 'witness', name: 'none' }]);
  await third.log.decided();
  expect([third.book.version, third.book.withdrawal('b')?.version]).toEqual([2, 2]);
  await third.log.close();
});
