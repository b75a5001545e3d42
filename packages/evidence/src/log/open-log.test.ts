import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, createRealClock } from '@minben/ports';
import { describe, expect, it } from 'vitest';
import { createVerifierKey, hashLeaf, verifyCheckpoint, verifyConsistency, verifyInclusion } from '../index.ts';
import { entryOf, makeDirectory, nobodyKnowsIt, ORIGIN, openTestLog, signerOf, until } from '../testing/fixture.ts';

const key = createVerifierKey(ORIGIN, 'log', signerOf(ORIGIN).publicKey);

describe('an evidence log', () => {
  it('answers an append with a durable index, a signed head and the path between them', async () => {
    const { log } = await openTestLog(await makeDirectory());
    for (let index = 0; index < 5; index++) {
      const appended = await log.append(entryOf(index));
      expect(appended.index).toBe(index);
      expect(appended.head.size).toBe(index + 1);
      expect(verifyInclusion(hashLeaf(entryOf(index)), index, appended.head, appended.path)).toBe(true);
      expect(verifyCheckpoint(appended.head.checkpoint, key)).toMatchObject({ ok: true, value: { size: index + 1 } });
    }
    await log.close();
  });

  it('commits what one turn brings as one batch under one head', async () => {
    const { log } = await openTestLog(await makeDirectory());
    const appended = await Promise.all(
      Array.from({ length: 1_000 }, (_, index) => log.append(entryOf(index), Buffer.from(`note ${index}`))),
    );
    expect(new Set(appended.map((each) => each.head)).size).toBe(1);
    for (const [index, each] of appended.entries()) {
      expect(each.index).toBe(index);
      expect(verifyInclusion(hashLeaf(entryOf(index)), index, each.head, each.path)).toBe(true);
    }
    await log.close();
  });

  it('gives the path of an entry even when somebody asks long after the batch', async () => {
    const { log } = await openTestLog(await makeDirectory());
    const early = await Promise.all(Array.from({ length: 600 }, (_, index) => log.append(entryOf(index))));
    await Promise.all(Array.from({ length: 3_000 }, (_, index) => log.append(entryOf(600 + index))));
    for (const [index, each] of early.entries())
      expect(verifyInclusion(hashLeaf(entryOf(index)), index, each.head, each.path)).toBe(true);
    await log.close();
  });

  it('goes on after a restart where it stopped, with its notes in order', async () => {
    const directory = await makeDirectory();
    const first = await openTestLog(directory);
    await first.log.append(entryOf(0), Buffer.from('with entry 0'));
    await first.log.note(Buffer.from('alone'));
    first.log.noteLazily(Buffer.from('lazy'));
    await first.log.append(entryOf(1));
    await first.log.append(entryOf(2), Buffer.from('with entry 2'));
    const head = first.log.head;
    await first.log.close();
    const second = await openTestLog(directory);
    expect(second.log.head).toEqual(head);
    expect(second.replayed).toEqual([
      { note: 'with entry 0', index: 0 },
      { note: 'alone', index: undefined },
      { note: 'lazy', index: undefined },
      { note: 'with entry 2', index: 2 },
    ]);
    const appended = await second.log.append(entryOf(3));
    expect(appended.index).toBe(3);
    expect(verifyConsistency(head, appended.head, await second.log.consistencyPath(head.size, 4))).toBe(true);
    await second.log.close();
  });

  it('makes a lazy note durable by itself after a short time', async () => {
    const directory = await makeDirectory();
    const first = await openTestLog(directory);
    first.log.noteLazily(Buffer.from('lazy'));
    // A process that dies now closes nothing: only what the flush brought to the disk is found in a copy of it.
    await until(async () => {
      const copy = join(await makeDirectory(), 'copy');
      await cp(directory, copy, { recursive: true });
      const second = await openTestLog(copy);
      await second.log.close();
      return second.replayed.some(({ note }) => note === 'lazy');
    });
    await first.log.close();
  });

  it('begins new segments with a snapshot and replays only from the last', async () => {
    const directory = await makeDirectory();
    const state = new Set<string>();
    const options = { segmentBytes: 2_000, snapshot: () => [...state].map((note) => Buffer.from(note)) };
    const { log, lines } = await openTestLog(directory, options);
    for (let index = 0; index < 100; index++) {
      state.add(`note ${index}`);
      await log.append(entryOf(index), Buffer.from(`note ${index}`));
      if (index === 60) await log.publish();
    }
    expect(lines.some(({ event }) => event === 'journal-segments-removed')).toBe(true);
    await log.close();
    const again = await openTestLog(directory, options);
    expect(new Set(again.replayed.map(({ note }) => note))).toEqual(state);
    expect(again.log.head.root).toEqual(log.head.root);
    for (const index of [0, 33, 99]) {
      expect(
        verifyInclusion(hashLeaf(entryOf(index)), index, log.head, await again.log.inclusionPath(index, 100)),
      ).toBe(true);
    }
    await again.log.close();
  });

  it('proves old entries from its tiles after a restart, when no journal segment holds them any more', async () => {
    const directory = await makeDirectory();
    const first = await openTestLog(directory, { segmentBytes: 20_000 });
    for (let batch = 0; batch < 30; batch++) {
      await Promise.all(Array.from({ length: 100 }, (_, index) => first.log.append(entryOf(batch * 100 + index))));
      if (batch % 5 === 0) await first.log.publish();
    }
    await first.log.close();
    const { log } = await openTestLog(directory);
    for (const index of [0, 255, 256, 1_499, 2_999]) {
      expect(verifyInclusion(hashLeaf(entryOf(index)), index, log.head, await log.inclusionPath(index, 3_000))).toBe(
        true,
      );
    }
    await log.close();
  });

  it('refuses to append before anybody has answered, and asks again', async () => {
    let asked = 0;
    const { log } = await openTestLog(await makeDirectory(), {
      askOthers: () => (++asked < 3 ? Promise.resolve([{ from: 'witness', name: 'unreachable' }]) : nobodyKnowsIt()),
    });
    expect(log.state.name).toBe('asking');
    await expect(log.append(entryOf(0))).rejects.toMatchObject({ name: 'LogRefusal', reason: 'asking' });
    expect(await log.decided()).toEqual({ name: 'writable' });
    expect(asked).toBe(3);
    await log.append(entryOf(0));
    await log.close();
  });

  it('refuses appends after it was closed, but completes those it had taken', async () => {
    const directory = await makeDirectory();
    const { log } = await openTestLog(directory);
    const pending = log.append(entryOf(0));
    await log.close();
    expect((await pending).index).toBe(0);
    await expect(log.append(entryOf(1))).rejects.toMatchObject({ reason: 'closed' });
    await expect(log.note(entryOf(1))).rejects.toMatchObject({ reason: 'closed' });
  });

  it('closes when a lazy note’s turn comes after another batch took the note along', async () => {
    const clock = createRealClock();
    let turn: (() => void) | undefined;
    const after: Clock['after'] = (milliseconds, action) => {
      if (milliseconds >= 1_000) return clock.after(milliseconds, action);
      turn = action;
      return () => undefined;
    };
    const { log } = await openTestLog(await makeDirectory(), { clock: { ...clock, after } });
    log.noteLazily(entryOf('note'));
    await log.append(entryOf(0));
    turn?.();
    await log.close();
    expect(log.head.size).toBe(1);
  });

  it('cannot be made without anybody to ask', async () => {
    const directory = await makeDirectory();
    await expect(openTestLog(directory, { askOthers: undefined as never })).rejects.toThrow(TypeError);
  });
});
