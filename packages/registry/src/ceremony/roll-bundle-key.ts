/**
 * Rolling over to the successor: the key that gateways were told of takes the bundle key's place, and a new
 * successor is announced. Gateways follow by themselves (PROTOCOL 24). May be repeated after being cut short.
 */
import { canonicalize, encodeBase64Url, fail, type Result, succeed } from '@minben/kernel';
import { createFileSigner, generateKeyFile, rawPublicKey, readKeyFile } from '@minben/ports';
import type { CeremonyPorts } from './hold-ceremony.ts';
import { keyFile, recordFile } from './key-places.ts';
import {
  type CeremonyRecord,
  ceremonyMessage,
  fingerprintOfKey,
  keyOf,
  type RecordError,
  readRecord,
} from './record.ts';

export type RollError = RecordError | 'record-missing' | 'successor-missing' | 'successor-not-in-record';

const KEY_YEARS = 3;
const YEAR_SECONDS = 365 * 86_400;

/** `successorFile`: where the successor's key was brought to. It may be deleted once this has resolved. */
export async function rollBundleKey(
  directory: string,
  successorFile: string,
  ports: CeremonyPorts,
): Promise<Result<CeremonyRecord, RollError>> {
  const { disk } = ports;
  const bytes = await disk.read(recordFile(directory));
  if (!bytes) return fail('record-missing');
  const record = readRecord(bytes);
  if (!record.ok) return record;
  const successor = await readKeyFile(disk, successorFile, 'ed25519');
  if (!successor.ok) return fail('successor-missing');
  const announced = keyOf(record.value, 'successor');
  if (encodeBase64Url(rawPublicKey(successor.value)) !== announced.public) return fail('successor-not-in-record');

  const pem = successor.value.export({ format: 'pem', type: 'pkcs8' }) as string;
  await disk.writeAtomically(keyFile(directory, 'bundle'), Buffer.from(pem));
  await disk.makeDirectory(`${directory}/successor`);
  // One left by a roll that was cut short was never announced.
  await disk.remove(keyFile(directory, 'successor'));
  const made = await generateKeyFile(disk, keyFile(directory, 'successor'), 'ed25519');
  if (!made.ok) throw new Error('the place of the new successor was not free');

  const at = Math.floor(ports.clock.now() / 1000);
  const count = Number(announced.id.split('-')[1]);
  const next: CeremonyRecord = {
    ...record.value,
    at,
    keys: record.value.keys.map((key) => {
      if (key.role === 'bundle') return { ...announced, role: 'bundle', id: `bundle-${count + 1}` };
      if (key.role !== 'successor') return key;
      return {
        ...announced,
        id: `successor-${count + 1}`,
        public: encodeBase64Url(made.value),
        fingerprint: fingerprintOfKey(made.value),
        validFrom: at,
        validUntil: at + KEY_YEARS * YEAR_SECONDS,
      };
    }),
  };
  const text = canonicalize(next);
  const signature = encodeBase64Url(createFileSigner(pem).sign(ceremonyMessage(text)));
  await disk.writeAtomically(
    recordFile(directory),
    Buffer.from(`${JSON.stringify({ record: text, signature }, undefined, 2)}\n`),
  );
  return succeed(next);
}
