import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRealClock, createRealDisk, createRealRandom } from '@minben/ports';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { holdCeremony } from './hold-ceremony.ts';
import { KEY_ROLES, keyFile, recordFile, sectorSecretFile } from './key-places.ts';
import { readKeys } from './read-keys.ts';
import { fingerprintOfKey, keyOf, readRecord, spellFingerprint } from './record.ts';
import { rollBundleKey } from './roll-bundle-key.ts';

const ports = { disk: createRealDisk(), clock: createRealClock(), random: createRealRandom() };
const order = { instance: 'TW', origin: 'hub.example/log', witnesses: ['officer', 'auditor'] };
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'minben-ceremony-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const record = await holdCeremony(directory, order, ports);
  expect(record.ok).toBe(true);
});

async function readSignedRecord() {
  const record = readRecord(await readFile(recordFile(directory)));
  if (!record.ok) throw new Error(record.error);
  return record.value;
}

describe('the key ceremony', () => {
  it('makes one key for each role, no two alike, each in a folder of its own', async () => {
    const record = await readSignedRecord();
    expect(record.keys.map(({ role }) => role)).toEqual([...KEY_ROLES]);
    expect(new Set(record.keys.map(({ public: key }) => key)).size).toBe(KEY_ROLES.length);
    expect((await readdir(directory)).toSorted()).toEqual(['authority', 'ceremony.json', ...KEY_ROLES].toSorted());
    expect(record).toMatchObject({ instance: 'TW', witnesses: ['officer', 'auditor'] });
  });

  it('names each key by the SHA-256 of its public half, in groups to be read aloud', async () => {
    const { keys } = await readSignedRecord();
    for (const key of keys) expect(key.fingerprint).toBe(fingerprintOfKey(Buffer.from(key.public, 'base64url')));
    expect(spellFingerprint('0123456789abcdef')).toBe('0123 4567 89ab cdef');
  });

  it('never replaces a key that exists', async () => {
    const before = await readFile(keyFile(directory, 'log'));
    expect(await holdCeremony(directory, order, ports)).toEqual({ ok: false, error: 'keys-exist' });
    await rm(recordFile(directory));
    expect(await holdCeremony(directory, order, ports)).toEqual({ ok: false, error: 'keys-exist' });
    expect(await readFile(keyFile(directory, 'log'))).toEqual(before);
  });

  it('refuses an origin or instance that no checkpoint or id could carry', async () => {
    const elsewhere = join(directory, 'elsewhere');
    expect(await holdCeremony(elsewhere, { ...order, origin: 'two words' }, ports)).toEqual({
      ok: false,
      error: 'origin-malformed',
    });
    expect(await holdCeremony(elsewhere, { ...order, instance: 'T/W' }, ports)).toEqual({
      ok: false,
      error: 'instance-malformed',
    });
  });

  it('holds no secret in its record', async () => {
    const record = await readFile(recordFile(directory), 'utf8');
    expect(record).not.toContain('PRIVATE');
    expect(record).not.toContain((await readFile(sectorSecretFile(directory), 'utf8')).trim());
  });

  it('notices a record that was altered', async () => {
    const text = await readFile(recordFile(directory), 'utf8');
    await writeFile(recordFile(directory), text.replace('auditor', 'visitor'));
    expect(readRecord(await readFile(recordFile(directory)))).toEqual({ ok: false, error: 'record-signature' });
  });
});

describe('a registry’s keys', () => {
  it('are read with the successor locked away elsewhere', async () => {
    await rm(join(directory, 'successor'), { recursive: true });
    expect(await readKeys(ports.disk, directory)).toMatchObject({ ok: true });
  });

  it.each(['bundle', 'grant', 'status', 'log', 'identity'] as const)('are refused without the %s key', async (role) => {
    await rm(keyFile(directory, role));
    expect(await readKeys(ports.disk, directory)).toEqual({ ok: false, error: `${role}-key-missing` });
  });

  it('are refused when two roles were exchanged', async () => {
    await rename(keyFile(directory, 'grant'), keyFile(directory, 'status'));
    await writeFile(keyFile(directory, 'grant'), await readFile(keyFile(directory, 'status')));
    expect(await readKeys(ports.disk, directory)).toEqual({ ok: false, error: 'status-key-not-in-record' });
  });

  it('are refused without the secret of the pseudonyms, and with another authority', async () => {
    const secret = await readFile(sectorSecretFile(directory));
    await writeFile(sectorSecretFile(directory), 'short');
    expect(await readKeys(ports.disk, directory)).toEqual({ ok: false, error: 'sector-secret-missing' });
    await writeFile(sectorSecretFile(directory), secret);
    const other = join(directory, 'other');
    await holdCeremony(other, order, ports);
    await writeFile(join(directory, 'authority/authority.crt'), await readFile(join(other, 'authority/authority.crt')));
    expect(await readKeys(ports.disk, directory)).toEqual({ ok: false, error: 'authority-not-in-record' });
  });
});

describe('rolling over to the successor', () => {
  it('makes the announced key the bundle key and announces a new one', async () => {
    const before = await readSignedRecord();
    const kept = join(directory, 'brought-back.key');
    await rename(keyFile(directory, 'successor'), kept);
    const rolled = await rollBundleKey(directory, kept, ports);
    if (!rolled.ok) throw new Error(rolled.error);
    expect(keyOf(rolled.value, 'bundle')).toMatchObject({ id: 'bundle-2', public: keyOf(before, 'successor').public });
    expect(keyOf(rolled.value, 'successor').public).not.toBe(keyOf(before, 'successor').public);
    expect(keyOf(rolled.value, 'log')).toEqual(keyOf(before, 'log'));
    expect(await readKeys(ports.disk, directory)).toMatchObject({ ok: true, value: { record: rolled.value } });
  });

  it('refuses any other key than the announced one', async () => {
    expect(await rollBundleKey(directory, keyFile(directory, 'grant'), ports)).toEqual({
      ok: false,
      error: 'successor-not-in-record',
    });
    expect(await rollBundleKey(directory, join(directory, 'nowhere'), ports)).toEqual({
      ok: false,
      error: 'successor-missing',
    });
    expect(await readKeys(ports.disk, directory)).toMatchObject({ ok: true });
  });
});
