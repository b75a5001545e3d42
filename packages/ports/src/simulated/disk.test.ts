import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWorld } from './world.ts';

/** True when `found` is what a crash may leave of `written`: all that was synced, then a prefix, holes being zeros. */
function mayRemain(found: Buffer, written: Buffer, synced: number): boolean {
  if (found.length < synced || found.length > written.length) return false;
  return found.every((byte, index) => byte === written[index] || (index >= synced && byte === 0));
}

describe('a simulated disk', () => {
  it('keeps all that was synced through a crash, and of the rest at most a torn prefix', async () => {
    const left = { nothing: 0, part: 0, all: 0, hole: 0 };
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.nat({ max: 4000 }), fc.nat({ max: 4000 }), async (seed, before, after) => {
        const world = createWorld(seed);
        const written = Buffer.alloc(before + after, 7);
        const { disk } = world.machine('a').ports;
        const file = await world.run(disk.openAppend('/log'));
        await world.run(file.append(written.subarray(0, before)));
        await world.run(file.sync());
        await world.run(file.append(written.subarray(before)));
        expect(file.size).toBe(before + after);
        expect(await world.run(disk.read('/log'))).toEqual(written);
        expect(world.machine('a').readDurable('/log')).toEqual(written.subarray(0, before));
        world.machine('a').crash();
        const found = (await world.run(world.machine('a').ports.disk.read('/log'))) as Buffer;
        expect(mayRemain(found, written, before)).toBe(true);
        left.nothing += Number(after > 0 && found.length === before);
        left.all += Number(after > 0 && found.equals(written));
        left.part += Number(found.length > before && found.length < written.length);
        left.hole += Number(found.includes(0));
      }),
      { numRuns: 200, seed: 7 },
    );
    expect(Math.min(left.nothing, left.part, left.hole)).toBeGreaterThan(5);
  });

  it('replaces a file wholly or not at all, and surely once it said so', async () => {
    const found = { old: 0, new: 0 };
    for (let seed = 0; seed < 60; seed += 1) {
      const world = createWorld(seed);
      const machine = world.machine('a');
      machine.place('/d/state', Buffer.from('old'));
      let acknowledged = false;
      void machine.ports.disk.writeAtomically('/d/state', Buffer.from('new')).then(() => {
        acknowledged = true;
      });
      await world.pass(world.prng.below(4000) / 1000);
      machine.crash();
      const text = String(await world.run(machine.ports.disk.read('/d/state')));
      expect(['old', 'new']).toContain(text);
      if (acknowledged) expect(text).toBe('new');
      else found[text as 'old' | 'new'] += 1;
    }
    expect(Math.min(found.old, found.new)).toBeGreaterThan(0);
  });

  it('may lose a file that was just created or bring back one just removed, never after the call ended', async () => {
    const uncertain = { created: 0, removed: 0 };
    for (let seed = 0; seed < 80; seed += 1) {
      const world = createWorld(seed);
      const machine = world.machine('a');
      machine.place('/d/old', Buffer.from('old'));
      const ended = new Set<string>();
      void machine.ports.disk.openAppend('/d/new').then(() => ended.add('new'));
      void machine.ports.disk.remove('/d/old').then(() => ended.add('old'));
      await world.pass(world.prng.below(1800) / 1000);
      const visible = await namesSeen(machine.ports.disk, world);
      machine.crash();
      const names = await world.run(machine.ports.disk.list('/d'));
      if (ended.has('new')) expect(names).toContain('new');
      if (ended.has('old')) expect(names).not.toContain('old');
      uncertain.created += Number(visible.includes('new') && !names.includes('new'));
      uncertain.removed += Number(!visible.includes('old') && names.includes('old'));
    }
    expect(Math.min(uncertain.created, uncertain.removed)).toBeGreaterThan(0);
  });

  it('fails the n-th sync as told, and the file for ever after', async () => {
    const world = createWorld(1);
    const machine = world.machine('a');
    machine.failDisk({ operation: 'sync', code: 'EIO', nth: 2, path: 'log' });
    const file = await world.run(machine.ports.disk.openAppend('/log'));
    const other = await world.run(machine.ports.disk.openAppend('/other'));
    const add = async (text: string): Promise<void> => {
      await file.append(Buffer.from(text));
      await file.sync();
    };
    await world.run(add('kept'));
    await world.run(other.sync());
    await expect(world.run(add('lost'))).rejects.toMatchObject({ code: 'EIO' });
    await expect(world.run(add('never'))).rejects.toMatchObject({ code: 'EIO' });
    await expect(world.run(file.sync())).rejects.toMatchObject({ code: 'EIO' });
    expect(String(machine.readDurable('/log'))).toBe('kept');
    await world.run(other.sync());
  });

  it('takes a part of what a full disk refuses', async () => {
    const world = createWorld(1);
    const machine = world.machine('a');
    const file = await world.run(machine.ports.disk.openAppend('/log'));
    machine.failDisk({ operation: 'append', code: 'ENOSPC' });
    await expect(world.run(file.append(Buffer.from('abcdef')))).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(String(await world.run(machine.ports.disk.read('/log')))).toBe('abc');
    machine.failDisk({ operation: 'replace', code: 'ENOSPC', times: 2 });
    const replace = () => world.run(machine.ports.disk.writeAtomically('/x', Buffer.from('x')));
    await expect(replace()).rejects.toMatchObject({ code: 'ENOSPC' });
    await expect(replace()).rejects.toMatchObject({ code: 'ENOSPC' });
    await replace();
    machine.failDisk({ operation: 'read', code: 'EIO' });
    machine.repairDisk();
    expect(String(await world.run(machine.ports.disk.read('/x')))).toBe('x');
  });

  it('wants its directories made first, and finds nothing where nothing is', async () => {
    const world = createWorld(1);
    const { disk } = world.machine('a').ports;
    await expect(world.run(disk.openAppend('/no/file'))).rejects.toMatchObject({ code: 'ENOENT' });
    await world.run(disk.makeDirectory('/no/such'));
    await world.run(disk.writeAtomically('/no/such/file', Buffer.from('x')));
    await world.run(disk.writeAtomically('/no/a', Buffer.from('x')));
    expect(await world.run(disk.list('/no'))).toEqual(['a']);
    expect(await world.run(disk.list('/nowhere'))).toEqual([]);
    expect(await world.run(disk.read('/nowhere'))).toBeUndefined();
  });

  it('does nothing for a process that has crashed', async () => {
    const world = createWorld(1);
    const { disk } = world.machine('a').ports;
    const file = await world.run(disk.openAppend('/log'));
    world.machine('a').crash();
    const traced = world.trace.lines.length;
    let ended = 0;
    const count = (): void => {
      ended += 1;
    };
    file.append(Buffer.from('ghost')).then(count, count);
    disk.writeAtomically('/ghost', Buffer.from('x')).then(count, count);
    await world.settle();
    expect(ended).toBe(0);
    expect(world.trace.lines).toHaveLength(traced);
    expect(await world.run(world.machine('a').ports.disk.list('/'))).toEqual(['log']);
    expect(await world.run(world.machine('a').ports.disk.read('/log'))).toHaveLength(0);
  });

  it('comes back from a backup as it was, and shows a flipped bit', async () => {
    const world = createWorld(1);
    const machine = world.machine('a');
    machine.place('/state', Buffer.from('then'));
    const restore = machine.backUp();
    await world.run(machine.ports.disk.writeAtomically('/state', Buffer.from('now')));
    machine.crash();
    restore();
    expect(String(await world.run(machine.ports.disk.read('/state')))).toBe('then');
    machine.corrupt('/state', 1);
    expect(String(await world.run(machine.ports.disk.read('/state')))).toBe('vhen');
  });
});

function namesSeen(disk: { list(path: string): Promise<string[]> }, world: ReturnType<typeof createWorld>) {
  return world.run(disk.list('/d'));
}
