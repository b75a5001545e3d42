import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRealDisk } from './disk.ts';

const disk = createRealDisk();
let base: string;
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'minben-disk-'));
});
afterAll(() => rm(base, { recursive: true, force: true }));

describe('the real disk', () => {
  it('keeps every appended byte in order, over reopening', async () => {
    let files = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 12 }), fc.nat(), async (parts, cut) => {
        files += 1;
        const path = join(base, `grows-${files}`);
        let file = await disk.openAppend(path);
        for (const [index, part] of parts.entries()) {
          if (index === cut % (parts.length + 1)) {
            await file.close();
            file = await disk.openAppend(path);
          }
          // Not awaited one by one: order must not depend on the caller's patience.
          void file.append(part);
        }
        await file.sync();
        const whole = Buffer.concat(parts);
        expect(file.size).toBe(whole.length);
        await file.close();
        expect(await disk.read(path)).toEqual(whole);
      }),
      { numRuns: 40 },
    );
  });

  it('refuses to append and to sync for ever after one failed write', async () => {
    const full = await disk.openAppend('/dev/full');
    await expect(full.append(Buffer.from('x'))).rejects.toMatchObject({ code: 'ENOSPC' });
    await expect(full.sync()).rejects.toMatchObject({ code: 'ENOSPC' });
    await expect(full.append(Buffer.from('y'))).rejects.toMatchObject({ code: 'ENOSPC' });
    await full.close();
  });

  it('replaces a file in one step and leaves nothing beside it', async () => {
    const folder = join(base, 'one', 'two');
    await disk.makeDirectory(folder);
    await disk.writeAtomically(join(folder, 'state'), Buffer.from('old'));
    await Promise.all(
      ['a', 'b', 'c'].map((text) => disk.writeAtomically(join(folder, 'state'), Buffer.from(text.repeat(9)))),
    );
    expect(['aaaaaaaaa', 'bbbbbbbbb', 'ccccccccc']).toContain(String(await disk.read(join(folder, 'state'))));
    expect(await readdir(folder)).toEqual(['state']);
  });

  it('hides the remains of a replacement that a crash cut short', async () => {
    const folder = join(base, 'crashed');
    await disk.makeDirectory(folder);
    await writeFile(join(folder, '.state.7-1.temporary'), 'half');
    await disk.writeAtomically(join(folder, 'b'), Buffer.from('b'));
    await disk.writeAtomically(join(folder, 'a'), Buffer.from('a'));
    expect(await disk.list(folder)).toEqual(['a', 'b']);
  });

  it('lets only the owner read what it creates, unless told otherwise', async () => {
    const folder = join(base, 'modes');
    await disk.makeDirectory(folder);
    await disk.writeAtomically(join(folder, 'secret'), Buffer.from('x'));
    await disk.writeAtomically(join(folder, 'public'), Buffer.from('x'), 0o644);
    await (await disk.openAppend(join(folder, 'journal'))).close();
    const modes = await Promise.all(['secret', 'public', 'journal'].map(async (name) => stat(join(folder, name))));
    expect(modes.map(({ mode }) => mode & 0o777)).toEqual([0o600, 0o644, 0o600]);
  });

  it('finds nothing where nothing is, and removes without complaint', async () => {
    expect(await disk.read(join(base, 'nothing'))).toBeUndefined();
    expect(await disk.list(join(base, 'nowhere'))).toEqual([]);
    await disk.remove(join(base, 'nothing'));
    await disk.writeAtomically(join(base, 'something'), Buffer.from('x'));
    await disk.remove(join(base, 'something'));
    expect(await disk.read(join(base, 'something'))).toBeUndefined();
  });

  it('keeps the code of an error', async () => {
    await expect(disk.read(base)).rejects.toMatchObject({ code: 'EISDIR' });
    await expect(disk.openAppend(join(base, 'missing', 'file'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
