import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { fail, type Result, succeed } from '@minben/kernel';
import type { Disk } from '../disk.ts';
import { rawPublicKey } from './signer.ts';

export type KeyKind = 'ed25519' | 'x25519';

const OWNER_ONLY = 0o600;

/**
 * Makes a key pair and keeps its private half at `path` as PKCS8 PEM that only the owner may read.
 * Never replaces a key: losing one loses a log, or everything sealed to it. Answers the raw public key (32 bytes).
 */
export async function generateKeyFile(disk: Disk, path: string, kind: KeyKind): Promise<Result<Buffer, 'key-exists'>> {
  if ((await disk.read(path)) !== undefined) return fail('key-exists');
  const privateKey = generatePrivateKey(kind);
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
  await disk.writeAtomically(path, Buffer.from(pem), OWNER_ONLY);
  return succeed(rawPublicKey(privateKey));
}

/** Reads a private key that `generateKeyFile` wrote; `key-unreadable` when it is damaged or of another kind. */
export async function readKeyFile(
  disk: Disk,
  path: string,
  kind: KeyKind,
): Promise<Result<KeyObject, 'key-missing' | 'key-unreadable'>> {
  const pem = await disk.read(path);
  if (pem === undefined) return fail('key-missing');
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === kind ? succeed(key) : fail('key-unreadable');
  } catch {
    return fail('key-unreadable');
  }
}

function generatePrivateKey(kind: KeyKind): KeyObject {
  return kind === 'ed25519' ? generateKeyPairSync('ed25519').privateKey : generateKeyPairSync('x25519').privateKey;
}
