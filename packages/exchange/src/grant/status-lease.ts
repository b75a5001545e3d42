/** The hub's answer to a lease renewal, signed so that a gateway can keep and show it (PROTOCOL 16). */
import { canonicalize, decodeBase64Url, encodeBase64Url, fail, type Result, succeed } from '@minben/kernel';
import type { Signer } from '@minben/ports';
import Type, { type Static } from 'typebox';
import Compile from 'typebox/compile';
import type { BundleIndex } from '../trust/index-bundle.ts';
import { isSignedBy } from '../trust/keys.ts';
import { StatusLease } from './model.ts';

export const SignedLease = Type.Object(
  { lease: StatusLease, signature: Type.String(), keyId: Type.String() },
  { additionalProperties: false },
);
export type SignedLease = Static<typeof SignedLease>;

export type LeaseError =
  | 'lease-malformed'
  | 'lease-unknown-key'
  | 'lease-key-not-valid'
  | 'lease-signature'
  | 'lease-for-another-gateway'
  | 'lease-replayed';

const leaseCheck = Compile(SignedLease);

function leaseMessage(lease: StatusLease): Buffer {
  return Buffer.from(`minben/status/1\n${canonicalize(lease)}`);
}

/** `keyId` names the signer's key among the bundle's status keys. */
export async function signLease(lease: StatusLease, signer: Signer, keyId: string): Promise<SignedLease> {
  return { lease, signature: encodeBase64Url(await signer.sign(leaseMessage(lease))), keyId };
}

/** Checks an answer against what was asked: own gateway, own nonce, a status key of the bundle that is valid now. */
export function verifyLease(
  answer: unknown,
  asked: { gateway: string; nonce: string; nowSeconds: number },
  index: BundleIndex,
): Result<StatusLease, LeaseError> {
  if (!leaseCheck.Check(answer)) return fail('lease-malformed');
  const key = index.statusKeys.get(answer.keyId);
  if (!key) return fail('lease-unknown-key');
  if (asked.nowSeconds < key.validFrom || asked.nowSeconds > key.validUntil) return fail('lease-key-not-valid');
  const signature = decodeBase64Url(answer.signature);
  if (!signature.ok || !isSignedBy(key.key, leaseMessage(answer.lease), signature.value))
    return fail('lease-signature');
  if (answer.lease.gateway !== asked.gateway) return fail('lease-for-another-gateway');
  if (answer.lease.nonce !== asked.nonce) return fail('lease-replayed');
  return succeed(answer.lease);
}
