/**
 * PROTOCOL 24: a trust bundle is accepted only under the pinned key or its chained successor, with a higher
 * version and its inclusion proof in the hub's log, and not beyond the age that its policy names.
 */

import { createHash } from 'node:crypto';
import { commit } from '@minben/evidence';
import { canonicalize, decodeBase64Url, fail, parseCanonical, type Result, succeed } from '@minben/kernel';
import Compile from 'typebox/compile';
import { SealedBundle, TrustBundle } from './bundle-model.ts';
import { isSignedBy, readBundleKey, readLogKey } from './keys.ts';
import { checkLogProof, type LogProofError, openCheckpoint } from './log-proof.ts';
import { bundleMessage } from './seal-bundle.ts';

/** What the receiver already trusts: keys handed over by people (key ceremony), or the bundle it holds. */
export type BundleTrust =
  | {
      /** Raw Ed25519 key in base64url, and the hub log's verifier key. */
      readonly pinnedKey: string;
      readonly hubLogKey: string;
      /** A bundle below this version was seen before and is refused (restored cache, roll-back). */
      readonly minimumVersion?: number;
    }
  | { readonly current: TrustBundle };

export type BundleError =
  | 'bundle-malformed'
  | 'bundle-not-canonical'
  | 'bundle-schema'
  | 'bundle-untrusted-key'
  | 'bundle-signature'
  | 'bundle-other-instance'
  | 'bundle-not-newer'
  | 'bundle-broken-chain'
  | 'bundle-hub-log-changed'
  | 'bundle-from-the-future'
  | 'bundle-too-old'
  | LogProofError;

const sealedCheck = Compile(SealedBundle);
const bundleCheck = Compile(TrustBundle);

/**
 * Checks a sealed bundle and answers its content. `nowSeconds` is the wall clock in seconds since the epoch.
 * The signing key must be the one the bundle itself names, and trusted: pinned, the current bundle's key, or
 * the successor it announced. A hub that had to begin a new log (PROTOCOL 17) is followed only under the
 * successor key, so that no single key can move everyone to a log that nobody watches.
 */
export function acceptBundle(
  sealed: unknown,
  trust: BundleTrust,
  nowSeconds: number,
): Result<TrustBundle, BundleError> {
  if (!sealedCheck.Check(sealed)) return fail('bundle-malformed');
  const parsed = parseCanonical(sealed.details);
  if (!parsed.ok) return fail('bundle-not-canonical');
  const bundle: unknown = parsed.value;
  if (!bundleCheck.Check(bundle)) return fail('bundle-schema');

  const signed = checkSignature(sealed, bundle, trust);
  if (!signed.ok) return signed;
  const chained = checkChain(bundle, trust);
  if (!chained.ok) return chained;
  const proven = checkInclusion(sealed, bundle, trust);
  if (!proven.ok) return proven;
  if (bundle.issuedAt > nowSeconds + bundle.policy.freshnessSeconds) return fail('bundle-from-the-future');
  if (isBundleTooOld(bundle, nowSeconds)) return fail('bundle-too-old');
  return succeed(bundle);
}

/** Whether no call may be accepted under this bundle any more; asked again on every call. */
export function isBundleTooOld(bundle: TrustBundle, nowSeconds: number): boolean {
  return nowSeconds - bundle.issuedAt > bundle.policy.maximumAgeSeconds;
}

/** SHA-256 (hex) of a bundle's text: what the next one names as `previous`. */
export function digestBundle(details: string): string {
  return createHash('sha256').update(details).digest('hex');
}

function checkSignature(sealed: SealedBundle, bundle: TrustBundle, trust: BundleTrust): Result<true, BundleError> {
  const trusted = 'pinnedKey' in trust ? [trust.pinnedKey] : [trust.current.keys.bundle, trust.current.keys.next];
  if (!trusted.includes(bundle.keys.bundle)) return fail('bundle-untrusted-key');
  const key = readBundleKey(bundle.keys.bundle);
  const signature = decodeBase64Url(sealed.signature);
  if (!key || !signature.ok || !isSignedBy(key, bundleMessage(sealed.details), signature.value))
    return fail('bundle-signature');
  return succeed(true);
}

function checkChain(bundle: TrustBundle, trust: BundleTrust): Result<true, BundleError> {
  if ('pinnedKey' in trust)
    return bundle.version < (trust.minimumVersion ?? 1) ? fail('bundle-not-newer') : succeed(true);
  const { current } = trust;
  if (bundle.instance !== current.instance) return fail('bundle-other-instance');
  if (bundle.version <= current.version) return fail('bundle-not-newer');
  if (bundle.version === current.version + 1 && bundle.previous !== digestBundle(canonicalize(current)))
    return fail('bundle-broken-chain');
  return succeed(true);
}

function checkInclusion(sealed: SealedBundle, bundle: TrustBundle, trust: BundleTrust): Result<true, BundleError> {
  const known = 'pinnedKey' in trust ? trust.hubLogKey : trust.current.hub.logKey;
  const underSuccessor = 'current' in trust && bundle.keys.bundle !== trust.current.keys.bundle;
  if (bundle.hub.logKey !== known && !underSuccessor) return fail('bundle-hub-log-changed');
  const logKey = readLogKey(bundle.hub.logKey);
  if (!logKey || logKey.name !== bundle.hub.origin) return fail('bundle-schema');
  const salt = decodeBase64Url(sealed.salt);
  if (!salt.ok || salt.value.length !== 32) return fail('bundle-malformed');
  const entry = commit('bundle', salt.value, Buffer.from(sealed.details));
  const proven = checkLogProof(sealed.proof, entry, (checkpoint) => openCheckpoint(checkpoint, logKey));
  return proven.ok ? succeed(true) : proven;
}
