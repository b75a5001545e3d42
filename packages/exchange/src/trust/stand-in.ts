import { createHash } from 'node:crypto';

export function commit(kind: string, salt: Uint8Array, details: Uint8Array): Buffer {
  return createHash('sha256').update(`minben/evidence/1\n${kind}\n`).update(salt).update(details).digest();
}

export function formatProof(proof: { index: number; path: readonly Uint8Array[]; checkpoint: string }): string {
  const path = proof.path.map((hash) => `${Buffer.from(hash).toString('base64')}\n`).join('');
  return `c2sp.org/tlog-proof@v1\nindex ${proof.index}\n${path}\n${proof.checkpoint}`;
}
