import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { createSubjectSealer, subjectInfo } from './subject-sealer.ts';

const sealer = createSubjectSealer();
const info = subjectInfo('TW/GOV/A/register/residents', 'parking-permit');
const pseudonym = Buffer.alloc(32, 5).toString('base64url');

function makeKeyPair() {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  return {
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32),
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32),
  };
}

it('opens for the key it was sealed to', async () => {
  const pair = makeKeyPair();
  expect(await sealer.open(pair.privateKey, info, await sealer.seal(pair.publicKey, info, pseudonym))).toBe(pseudonym);
});

it('gives another sealed text each time, so that two grants cannot be linked', async () => {
  const pair = makeKeyPair();
  expect(await sealer.seal(pair.publicKey, info, pseudonym)).not.toBe(
    await sealer.seal(pair.publicKey, info, pseudonym),
  );
});

it('does not open for another key, service or purpose, nor when altered', async () => {
  const pair = makeKeyPair();
  const sealed = await sealer.seal(pair.publicKey, info, pseudonym);
  expect(await sealer.open(makeKeyPair().privateKey, info, sealed)).toBeUndefined();
  expect(
    await sealer.open(pair.privateKey, subjectInfo('TW/GOV/A/register/residents', 'other'), sealed),
  ).toBeUndefined();
  expect(
    await sealer.open(pair.privateKey, subjectInfo('TW/GOV/A/register/other', 'parking-permit'), sealed),
  ).toBeUndefined();
  const bytes = Buffer.from(sealed, 'base64url');
  for (let position = 0; position < bytes.length; position += 1) {
    const altered = Buffer.from(bytes);
    altered[position] = (altered[position] as number) ^ 1;
    expect(await sealer.open(pair.privateKey, info, altered.toString('base64url'))).toBeUndefined();
  }
  expect(await sealer.open(pair.privateKey, info, '')).toBeUndefined();
});
