/**
 * The key ceremony: makes every key of the registry, roles apart, and its certificate authority, and writes the
 * signed record. It never replaces a key that exists, splits nothing and copies nothing: where each file goes
 * afterwards is the people's doing (docs/runbooks/key-ceremony.md).
 */
import { canonicalize, encodeBase64Url, fail, parseLogOrigin, type Result, succeed } from '@minben/kernel';
import { type Clock, createFileSigner, type Disk, generateKeyFile, type Random } from '@minben/ports';
import { createAuthority, fingerprintOf } from '../certificate-authority/authority.ts';
import {
  authorityCertificateFile,
  authorityKeyFile,
  KEY_KINDS,
  KEY_ROLES,
  keyFile,
  recordFile,
  sectorSecretFile,
} from './key-places.ts';
import { type CeremonyRecord, ceremonyMessage, fingerprintOfKey } from './record.ts';

export interface CeremonyOrder {
  readonly instance: string;
  readonly origin: string;
  /** Functions of the people present. */
  readonly witnesses: readonly string[];
}

export interface CeremonyPorts {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
}

export type CeremonyError = 'keys-exist' | 'origin-malformed' | 'instance-malformed';

const KEY_YEARS = 3;
const YEAR_SECONDS = 365 * 86_400;

/** Makes all keys in `directory` and answers the record. Refuses when any key is there already. */
export async function holdCeremony(
  directory: string,
  order: CeremonyOrder,
  ports: CeremonyPorts,
): Promise<Result<CeremonyRecord, CeremonyError>> {
  const { disk, clock, random } = ports;
  if (!parseLogOrigin(order.origin).ok) return fail('origin-malformed');
  if (!/^[A-Za-z0-9-]{1,16}$/.test(order.instance)) return fail('instance-malformed');
  const files = [
    ...KEY_ROLES.map((role) => keyFile(directory, role)),
    authorityKeyFile(directory),
    sectorSecretFile(directory),
  ];
  for (const file of [...files, recordFile(directory)])
    if ((await disk.read(file)) !== undefined) return fail('keys-exist');

  const at = Math.floor(clock.now() / 1000);
  const keys: CeremonyRecord['keys'] = [];
  for (const role of KEY_ROLES) {
    await disk.makeDirectory(`${directory}/${role}`);
    const made = await generateKeyFile(disk, keyFile(directory, role), KEY_KINDS[role]);
    if (!made.ok) return fail('keys-exist');
    keys.push({
      role,
      id: `${role}-1`,
      kind: KEY_KINDS[role],
      public: encodeBase64Url(made.value),
      fingerprint: fingerprintOfKey(made.value),
      validFrom: at,
      validUntil: at + KEY_YEARS * YEAR_SECONDS,
    });
  }
  await disk.writeAtomically(sectorSecretFile(directory), Buffer.from(`${encodeBase64Url(random.bytes(32))}\n`));
  await disk.makeDirectory(`${directory}/authority`);
  const authority = await createAuthority(`${order.instance} T-Road`, { nowMilliseconds: clock.now(), random });
  await disk.writeAtomically(authorityKeyFile(directory), Buffer.from(authority.privateKey));
  await disk.writeAtomically(authorityCertificateFile(directory), Buffer.from(authority.certificate));

  const record: CeremonyRecord = {
    v: 1,
    instance: order.instance,
    origin: order.origin,
    at,
    witnesses: [...order.witnesses],
    keys,
    authority: fingerprintOf(authority.certificate),
  };
  const text = canonicalize(record);
  const pem = await disk.read(keyFile(directory, 'bundle'));
  if (!pem) throw new Error('the bundle key just written cannot be read');
  const signature = encodeBase64Url(createFileSigner(pem.toString()).sign(ceremonyMessage(text)));
  // Last, so that a ceremony cut short leaves no record of keys that were never compared.
  await disk.writeAtomically(
    recordFile(directory),
    Buffer.from(`${JSON.stringify({ record: text, signature }, undefined, 2)}\n`),
  );
  return succeed(record);
}
