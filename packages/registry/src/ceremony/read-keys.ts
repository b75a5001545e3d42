/** The keys as a running registry uses them. Each must be the one that the ceremony's record names. */
import { decodeBase64Url, fail, type Result, succeed } from '@minben/kernel';
import { createFileSigner, type Disk, rawPublicKey, readKeyFile, type Signer } from '@minben/ports';
import { fingerprintOf, type KeyedCertificate } from '../certificate-authority/authority.ts';
import type { IdentityKeys } from '../identity/person-reference.ts';
import {
  authorityCertificateFile,
  authorityKeyFile,
  KEY_KINDS,
  type KeyRole,
  keyFile,
  recordFile,
  sectorSecretFile,
} from './key-places.ts';
import { type CeremonyRecord, keyOf, type RecordError, readRecord } from './record.ts';

export interface RegistryKeys {
  readonly record: CeremonyRecord;
  readonly bundle: Signer;
  readonly grant: Signer;
  readonly status: Signer;
  readonly log: Signer;
  readonly identity: IdentityKeys;
  readonly sectorSecret: Uint8Array;
  readonly authority: KeyedCertificate;
}

export type KeysError =
  | RecordError
  | 'record-missing'
  | `${KeyRole}-key-missing`
  | `${KeyRole}-key-unreadable`
  | `${KeyRole}-key-not-in-record`
  | 'authority-missing'
  | 'authority-not-in-record'
  | 'sector-secret-missing';

/** Reads every key but the successor's, which lies elsewhere until it is needed. */
export async function readKeys(disk: Disk, directory: string): Promise<Result<RegistryKeys, KeysError>> {
  const bytes = await disk.read(recordFile(directory));
  if (!bytes) return fail('record-missing');
  const record = readRecord(bytes);
  if (!record.ok) return record;

  const signers: Partial<Record<KeyRole, Signer>> = {};
  for (const role of ['bundle', 'grant', 'status', 'log'] as const) {
    const key = await readRole(disk, directory, role, record.value);
    if (!key.ok) return key;
    signers[role] = createFileSigner(key.value.export({ format: 'pem', type: 'pkcs8' }) as string);
  }
  const identity = await readRole(disk, directory, 'identity', record.value);
  if (!identity.ok) return identity;

  const secret = decodeBase64Url((await disk.read(sectorSecretFile(directory)))?.toString().trim() ?? '');
  if (!secret.ok || secret.value.length !== 32) return fail('sector-secret-missing');
  const privateKey = await disk.read(authorityKeyFile(directory));
  const certificate = await disk.read(authorityCertificateFile(directory));
  if (!privateKey || !certificate) return fail('authority-missing');
  if (fingerprintOf(certificate.toString()) !== record.value.authority) return fail('authority-not-in-record');

  const { bundle, grant, status, log } = signers as Record<KeyRole, Signer>;
  return succeed({
    record: record.value,
    bundle,
    grant,
    status,
    log,
    identity: {
      publicKey: rawPublicKey(identity.value),
      privateKey: Buffer.from((identity.value.export({ format: 'jwk' }) as { d: string }).d, 'base64url'),
    },
    sectorSecret: secret.value,
    authority: { certificate: certificate.toString(), privateKey: privateKey.toString() },
  });
}

async function readRole(disk: Disk, directory: string, role: KeyRole, record: CeremonyRecord) {
  const key = await readKeyFile(disk, keyFile(directory, role), KEY_KINDS[role]);
  if (!key.ok) return fail(`${role}-${key.error}` as const);
  const isRecorded = rawPublicKey(key.value).toString('base64url') === keyOf(record, role).public;
  return isRecorded ? key : fail(`${role}-key-not-in-record` as const);
}
