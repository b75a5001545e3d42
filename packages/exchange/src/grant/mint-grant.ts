/** Making a grant: sign the claims, make the JWS an entry of the hub's log, and join both into one token (PROTOCOL 15). */
import { commit, type EvidenceLog, formatProof } from '@minben/evidence';
import { canonicalize, encodeBase64Url, fail, type Result, succeed } from '@minben/kernel';
import type { Random, Signer } from '@minben/ports';
import type { GrantClaims } from './model.ts';

/** A larger token is accepted by nobody: it travels in a header with every call. */
export const maximumGrantBytes = 4096;

export const grantType = 't-road-grant+jwt';

/** The log entry's details: the JWS and nothing else. */
export function grantDetails(jws: string): string {
  return canonicalize({ jws });
}

export interface MintedGrant {
  readonly token: string;
  readonly jws: string;
  readonly salt: string;
}

export interface MintingMeans {
  readonly signer: Signer;
  /** Id of the signer's key among the bundle's grant keys. */
  readonly keyId: string;
  readonly log: EvidenceLog;
  readonly random: Random;
  /** Made durable in the same batch as the entry. */
  readonly note?: (parts: { jws: string; salt: string }) => Uint8Array;
}

/**
 * Signs and logs the claims; resolves once the entry is durable. Rejects with LogRefusal when the log does
 * not write. Counted uses must name exactly one gateway (PROTOCOL 15).
 */
export async function mintGrant(
  claims: GrantClaims,
  means: MintingMeans,
): Promise<Result<MintedGrant, 'counted-grant-needs-one-gateway' | 'grant-too-large'>> {
  if (claims.uses !== undefined && claims.aud.length !== 1) return fail('counted-grant-needs-one-gateway');
  const header = canonicalize({ alg: 'EdDSA', kid: means.keyId, typ: grantType });
  const input = `${encodeBase64Url(Buffer.from(header))}.${encodeBase64Url(Buffer.from(canonicalize(claims)))}`;
  const jws = `${input}.${encodeBase64Url(await means.signer.sign(Buffer.from(input)))}`;
  const saltBytes = means.random.bytes(32);
  const salt = encodeBase64Url(saltBytes);
  // The proof adds a checkpoint and one hash per doubling of the log: judged before the log holds what nobody can use.
  if (jws.length + PROOF_ALLOWANCE > maximumGrantBytes) return fail('grant-too-large');
  const appended = await means.log.append(
    commit('grant', saltBytes, Buffer.from(grantDetails(jws))),
    means.note?.({ jws, salt }),
  );
  const proof = formatProof({ index: appended.index, path: appended.path, checkpoint: appended.head.checkpoint });
  return succeed({ token: `${jws}~${salt}~${encodeBase64Url(Buffer.from(proof))}`, jws, salt });
}

/** Base64url of a proof in a log of 2^24 entries (24 hashes of 45 characters, a checkpoint of some 250), and the salt. */
const PROOF_ALLOWANCE = 1900;
