import { randomBytes } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { commit } from '@minben/evidence';
import { acceptBundle } from '@minben/exchange';
import { createRealClock, createRealDisk, createRealRandom } from '@minben/ports';
import { describe, expect, it } from 'vitest';
import { keyOf } from '../ceremony/record.ts';
import { rollBundleKey } from '../ceremony/roll-bundle-key.ts';
import { encodeNote } from '../notes/note.ts';
import { makeWorld, readCeremony, type World } from '../testing/registry-world.ts';

const ports = { disk: createRealDisk(), clock: createRealClock(), random: createRealRandom() };
const nowSeconds = () => Math.floor(Date.now() / 1000);

async function change(world: World): Promise<void> {
  const code = `purpose-${randomBytes(4).toString('hex')}`;
  await world.writeSource(`purposes/${code}.json`, { code, title: { 'zh-TW': '目的', en: 'Purpose' } });
  const published = await world.operate('POST', '/bundle');
  if (published.status !== 200) throw new Error(published.text);
}

const bundleFile = (world: World, version: number) =>
  join(world.directory, `data/bundles/${String(version).padStart(8, '0')}.json`);

describe('the stored bundles', () => {
  it('are completed from the log when the process died between the log and the file', async () => {
    const world = await makeWorld();
    await world.start();
    await change(world);
    const sealed = (await world.call(world.running.ports.public, 'GET', '/bundle/2')).json;
    // As a crash leaves it: the entry and its note are durable, the file and the note about it are not.
    const { details, signature, salt } = sealed;
    const { journal, logKey } = world.running.registry;
    const entry = commit('bundle', Buffer.from(salt, 'base64url'), details);
    await journal.log.append(entry, encodeNote({ t: 'bundle-sealed', version: 2, details, signature, salt }));
    await world.stop();
    await rm(bundleFile(world, 2));
    const running = await world.start();
    const completed = await running.registry.store.read(2);
    expect(completed?.sealed.details).toBe(details);
    const trust = { pinnedKey: keyOf(await readCeremony(world), 'bundle').public, hubLogKey: logKey };
    expect(acceptBundle(completed?.sealed, trust, nowSeconds())).toMatchObject({ ok: true, value: { version: 2 } });
  });

  it('lead a follower over a rolled key one step at a time', async () => {
    const world = await makeWorld();
    await world.start();
    const first = await readCeremony(world);
    await change(world);
    await world.stop();
    for (const round of [1, 2]) {
      const kept = join(world.directory, `successor-${round}.key`);
      await rename(join(world.directory, 'keys/successor/successor.key'), kept);
      expect((await rollBundleKey(join(world.directory, 'keys'), kept, ports)).ok).toBe(true);
      await world.start();
      await change(world);
      await world.stop();
    }
    const { registry, ports: doors } = await world.start();
    const newest = registry.store.newest?.version ?? 0;
    const start = (await world.call(doors.public, 'GET', '/bundle/1')).json;
    const trusted = acceptBundle(
      start,
      { pinnedKey: keyOf(first, 'bundle').public, hubLogKey: registry.logKey },
      nowSeconds(),
    );
    if (!trusted.ok) throw new Error(trusted.error);
    let current = trusted.value;
    const seen: number[] = [];
    while (current.version < newest && seen.length < 10) {
      const next = (await world.call(doors.public, 'GET', `/bundle?after=${current.version}`)).json;
      const accepted = acceptBundle(next, { current }, nowSeconds());
      if (!accepted.ok) throw new Error(accepted.error);
      current = accepted.value;
      seen.push(current.version);
    }
    expect(current.version).toBe(newest);
    // Versions under one key may be skipped; the two changes of key may not.
    expect(seen).toHaveLength(2);
    expect(current.keys.bundle).not.toBe(keyOf(first, 'bundle').public);
  });

  it('are not taken from a chain that was broken', async () => {
    const world = await makeWorld();
    await world.start();
    await change(world);
    await world.stop();
    await rename(bundleFile(world, 1), bundleFile(world, 3));
    await expect(world.start()).rejects.toThrow(/says that it is/);
  });
});
