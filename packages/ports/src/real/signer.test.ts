import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRealDisk } from './disk.ts';
import { generateKeyFile, readKeyFile } from './key-file.ts';
import { createFileSigner } from './signer.ts';

/** RFC 8032 section 7.1, test 1: the empty message. */
const SEED = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
const PUBLIC = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
const SIGNATURE =
  'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b';

const disk = createRealDisk();
let base: string;
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'minben-keys-'));
});
afterAll(() => rm(base, { recursive: true, force: true }));

describe('a file signer', () => {
  it('signs as RFC 8032 says', () => {
    const signer = createFileSigner(Buffer.from(SEED, 'hex'));
    expect(Buffer.from(signer.publicKey).toString('hex')).toBe(PUBLIC);
    expect(Buffer.from(signer.sign(new Uint8Array())).toString('hex')).toBe(SIGNATURE);
  });

  it('takes no other kind of key', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
    expect(() => createFileSigner(pem)).toThrow('Ed25519');
    expect(() => createFileSigner(new Uint8Array(31))).toThrow('32 bytes');
  });
});

describe('a key file', () => {
  it('holds a key that only its owner may read, and gives it back', async () => {
    for (const kind of ['ed25519', 'x25519'] as const) {
      const path = join(base, kind);
      const made = await generateKeyFile(disk, path, kind);
      expect(made.ok && made.value.length).toBe(32);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect((await readKeyFile(disk, path, kind)).ok).toBe(true);
    }
    const signer = createFileSigner(String(await disk.read(join(base, 'ed25519'))));
    expect(signer.publicKey.length).toBe(32);
  });

  it('never replaces a key', async () => {
    const path = join(base, 'once');
    await generateKeyFile(disk, path, 'ed25519');
    const before = await disk.read(path);
    expect(await generateKeyFile(disk, path, 'ed25519')).toEqual({ ok: false, error: 'key-exists' });
    expect(await disk.read(path)).toEqual(before);
  });

  it('names what is wrong with a file that holds no such key', async () => {
    await generateKeyFile(disk, join(base, 'sealing'), 'x25519');
    await disk.writeAtomically(join(base, 'damaged'), Buffer.from('-----BEGIN'));
    const error = async (name: string) => readKeyFile(disk, join(base, name), 'ed25519');
    expect(await error('absent')).toEqual({ ok: false, error: 'key-missing' });
    expect(await error('damaged')).toEqual({ ok: false, error: 'key-unreadable' });
    expect(await error('sealing')).toEqual({ ok: false, error: 'key-unreadable' });
  });
});
