/**
 * Sealing a trust bundle: sign its exact canonical text, make it an entry of the hub's log, and give both
 * out together. A bundle that the log does not hold cannot be sealed (PROTOCOL 24).
 */
import { commit, type EvidenceLog, formatProof } from '@minben/evidence';
import { canonicalize, encodeBase64Url } from '@minben/kernel';

import type { Random, Signer } from '@minben/ports';
import type { SealedBundle, TrustBundle } from './bundle-model.ts';

/** What is signed: the purpose of the signature, then the bundle's text. */
export function bundleMessage(details: string): Buffer {
  return Buffer.from(`minben/bundle/1\n${details}`);
}

/**
 * Signs and logs `bundle`. Resolves once the entry is durable. `note` is made durable in the same batch.
 * Throws when the signer's key is not the one the bundle names; rejects with LogRefusal when the log does not write.
 */
export async function sealBundle(
  bundle: TrustBundle,
  means: {
    signer: Signer;
    log: EvidenceLog;
    random: Random;
    note?: (sealed: { details: string; signature: string; salt: string }) => Uint8Array;
  },
): Promise<SealedBundle> {
  if (encodeBase64Url(means.signer.publicKey) !== bundle.keys.bundle) {
    throw new Error('the bundle names another key than the one that signs it');
  }
  const details = canonicalize(bundle);
  const signature = encodeBase64Url(await means.signer.sign(bundleMessage(details)));
  const salt = means.random.bytes(32);
  const parts = { details, signature, salt: encodeBase64Url(salt) };
  const appended = await means.log.append(commit('bundle', salt, Buffer.from(details)), means.note?.(parts));
  const proof = formatProof({ index: appended.index, path: appended.path, checkpoint: appended.head.checkpoint });
  return { ...parts, proof };
}
