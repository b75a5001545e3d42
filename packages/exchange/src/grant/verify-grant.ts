/**
 * PROTOCOL 15: what makes a token a grant, whoever shows it. Strict at every byte: one spelling of each part,
 * one algorithm, canonical claims, and the proof that the hub's log holds this very JWS as a grant. Whether
 * the grant allows one particular call is `checkGrantUse`'s question. Pure apart from Ed25519, so that a
 * gateway may keep the answer by token for as long as its bundle stays the same.
 */
import { createHash } from 'node:crypto';
import { commit, type SignedHead } from '@minben/evidence';
import { decodeBase64Url, fail, parseCanonical, type Result, succeed } from '@minben/kernel';
import Type from 'typebox';
import Compile from 'typebox/compile';
import type { BundleIndex } from '../trust/index-bundle.ts';
import { isSignedBy } from '../trust/keys.ts';
import { checkLogProof, type HeadCheck, type LogProofError, openCheckpoint } from '../trust/log-proof.ts';
import { grantDetails, grantType, maximumGrantBytes } from './mint-grant.ts';
import { GrantClaims } from './model.ts';

export type GrantError =
  | 'grant-too-large'
  | 'grant-malformed'
  | 'grant-algorithm'
  | 'grant-type'
  | 'grant-unknown-key'
  | 'grant-key-not-valid'
  | 'grant-signature'
  | 'grant-not-canonical'
  | 'grant-schema'
  | `grant-${LogProofError}`;

export interface VerifiedGrant {
  readonly claims: GrantClaims;
  readonly jws: string;
  /** SHA-256 (hex) of the JWS, as request details name the grant. */
  readonly hash: string;
  /** Head of the hub's log that holds the grant. */
  readonly hubHead: SignedHead;
}

const claimsCheck = Compile(GrantClaims);
const headerCheck = Compile(
  Type.Object({ alg: Type.String(), kid: Type.String(), typ: Type.String() }, { additionalProperties: false }),
);

/**
 * Verifies a token under the bundle. `checkHubHead` may replace the check of the hub's checkpoint, to remember
 * heads already checked and to hold them to the head rule (PROTOCOL 13).
 */
export function verifyGrant(
  token: string,
  index: BundleIndex,
  options: { checkHubHead?: HeadCheck } = {},
): Result<VerifiedGrant, GrantError> {
  if (token.length > maximumGrantBytes) return fail('grant-too-large');
  const [jws = '', salt = '', proof = '', ...rest] = token.split('~');
  const saltBytes = decodeBase64Url(salt);
  const proofText = decodeBase64Url(proof);
  if (rest.length > 0 || !saltBytes.ok || saltBytes.value.length !== 32 || !proofText.ok)
    return fail('grant-malformed');

  const claims = verifyJws(jws, index);
  if (!claims.ok) return claims;

  const entry = commit('grant', saltBytes.value, Buffer.from(grantDetails(jws)));
  const checkHead = options.checkHubHead ?? ((checkpoint: string) => openCheckpoint(checkpoint, index.hubLogKey));
  const head = checkLogProof(proofText.value.toString(), entry, checkHead);
  if (!head.ok) return fail(`grant-${head.error}` as const);
  return succeed({
    claims: claims.value,
    jws,
    hash: createHash('sha256').update(jws).digest('hex'),
    hubHead: head.value,
  });
}

function verifyJws(jws: string, index: BundleIndex): Result<GrantClaims, GrantError> {
  const [header = '', payload = '', signature = '', ...rest] = jws.split('.');
  const headerBytes = decodeBase64Url(header);
  const payloadBytes = decodeBase64Url(payload);
  const signatureBytes = decodeBase64Url(signature);
  if (rest.length > 0 || !headerBytes.ok || !payloadBytes.ok || !signatureBytes.ok) return fail('grant-malformed');

  const head = parseCanonical(headerBytes.value);
  if (!head.ok || !headerCheck.Check(head.value)) return fail('grant-malformed');
  if (head.value.alg !== 'EdDSA') return fail('grant-algorithm');
  if (head.value.typ !== grantType) return fail('grant-type');
  const key = index.grantKeys.get(head.value.kid);
  if (!key) return fail('grant-unknown-key');
  if (!isSignedBy(key.key, Buffer.from(`${header}.${payload}`), signatureBytes.value)) return fail('grant-signature');

  const claims = parseCanonical(payloadBytes.value);
  if (!claims.ok) return fail('grant-not-canonical');
  if (!claimsCheck.Check(claims.value)) return fail('grant-schema');
  if (claims.value.iat < key.validFrom || claims.value.iat > key.validUntil) return fail('grant-key-not-valid');
  return succeed(claims.value);
}
