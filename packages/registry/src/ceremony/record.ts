/**
 * The ceremony's record: who was there, and the public half of every key made, signed by the bundle key. It holds
 * no secret; the registry starts from it, and anyone may compare its fingerprints with the ones read aloud.
 */
import { createHash } from 'node:crypto';
import { isSignedBy, readBundleKey } from '@minben/exchange';
import { decodeBase64Url, fail, parseCanonical, type Result, succeed } from '@minben/kernel';
import Type, { type Static } from 'typebox';
import Compile from 'typebox/compile';
import { KEY_ROLES } from './key-places.ts';

const closed = { additionalProperties: false } as const;
const Seconds = Type.Integer({ minimum: 0 });

const Role = Type.Union([
  Type.Literal('bundle'),
  Type.Literal('successor'),
  Type.Literal('grant'),
  Type.Literal('status'),
  Type.Literal('log'),
  Type.Literal('identity'),
]);

export const CeremonyRecord = Type.Object(
  {
    v: Type.Literal(1),
    instance: Type.String(),
    /** Origin of the hub's log. */
    origin: Type.String(),
    at: Seconds,
    /** How the people present signed in: functions, not names (`officer`, `auditor`). */
    witnesses: Type.Array(Type.String()),
    keys: Type.Array(
      Type.Object(
        {
          role: Role,
          id: Type.String(),
          kind: Type.Union([Type.Literal('ed25519'), Type.Literal('x25519')]),
          /** Raw public key, base64url. */
          public: Type.String(),
          fingerprint: Type.String(),
          validFrom: Seconds,
          validUntil: Seconds,
        },
        closed,
      ),
    ),
    /** SHA-256 (hex) of the authority's certificate. */
    authority: Type.String(),
  },
  closed,
);
export type CeremonyRecord = Static<typeof CeremonyRecord>;

export const SignedRecord = Type.Object({ record: Type.String(), signature: Type.String() }, closed);

const signedCheck = Compile(SignedRecord);
const recordCheck = Compile(CeremonyRecord);

export function ceremonyMessage(record: string): Buffer {
  return Buffer.from(`minben/ceremony/1\n${record}`);
}

export type RecordError = 'record-malformed' | 'record-signature' | 'record-incomplete';

/** Reads `ceremony.json`. It proves itself only as far as its bundle key was compared with the fingerprint read aloud. */
export function readRecord(bytes: Uint8Array): Result<CeremonyRecord, RecordError> {
  let signed: unknown;
  try {
    signed = JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return fail('record-malformed');
  }
  if (!signedCheck.Check(signed)) return fail('record-malformed');
  const record = parseCanonical(signed.record);
  if (!record.ok || !recordCheck.Check(record.value)) return fail('record-malformed');
  const roles = record.value.keys.map(({ role }) => role);
  if (!KEY_ROLES.every((role) => roles.filter((present) => present === role).length === 1))
    return fail('record-incomplete');
  const key = readBundleKey(keyOf(record.value, 'bundle').public);
  const signature = decodeBase64Url(signed.signature);
  if (!key || !signature.ok || !isSignedBy(key, ceremonyMessage(signed.record), signature.value))
    return fail('record-signature');
  return succeed(record.value);
}

export function keyOf(
  record: CeremonyRecord,
  role: CeremonyRecord['keys'][number]['role'],
): CeremonyRecord['keys'][number] {
  const key = record.keys.find((candidate) => candidate.role === role);
  if (!key) throw new Error(`the ceremony's record holds no ${role} key`);
  return key;
}

/** SHA-256 (hex) of a raw public key. */
export function fingerprintOfKey(raw: Uint8Array): string {
  return createHash('sha256').update(raw).digest('hex');
}

/** In groups of four, so that it can be read aloud and ticked off. */
export function spellFingerprint(fingerprint: string): string {
  return (fingerprint.match(/.{1,4}/g) ?? []).join(' ');
}
