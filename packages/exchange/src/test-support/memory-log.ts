/** An evidence log in memory for tests of this package: real hashes, real signature, no disk. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { EvidenceLog, SignedHead } from '@minben/evidence';
import type { Signer } from '@minben/ports';

export interface TestKey extends Signer {
  readonly text: string;
}

/** A fresh Ed25519 key. */
export function makeTestKey(): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return signerOf(privateKey, publicKey);
}

function signerOf(privateKey: KeyObject, publicKey: KeyObject): TestKey {
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  return { publicKey: raw, text: raw.toString('base64url'), sign: (message) => sign(null, message, privateKey) };
}

/** C2SP verifier key of an Ed25519 log key. */
export function verifierKeyOf(origin: string, raw: Uint8Array): string {
  const typed = Buffer.concat([Buffer.of(1), raw]);
  const id = createHash('sha256').update(`${origin}\n`).update(typed).digest().subarray(0, 4);
  return `${origin}+${id.toString('hex')}+${typed.toString('base64')}`;
}

export interface MemoryLog extends EvidenceLog {
  readonly verifierKey: string;
}

export function createMemoryLog(origin: string): MemoryLog {
  const key = makeTestKey();
  const verifierKey = verifierKeyOf(origin, key.publicKey);
  const keyId = Buffer.from(verifierKey.split('+')[1] as string, 'hex');
  const leaves: Buffer[] = [];
  const signHead = (): SignedHead => {
    const root = rootOf(leaves);
    const text = `${origin}\n${leaves.length}\n${root.toString('base64')}\n`;
    const signature = Buffer.concat([keyId, key.sign(Buffer.from(text)) as Uint8Array]).toString('base64');
    return { origin, size: leaves.length, root, checkpoint: `${text}\n— ${origin} ${signature}\n` };
  };
  return {
    origin,
    verifierKey,
    state: { name: 'writable' },
    get head() {
      return signHead();
    },
    async append(entry) {
      leaves.push(hash(Buffer.of(0), entry));
      return { index: leaves.length - 1, head: signHead(), path: pathOf(leaves, leaves.length - 1) };
    },
    async note() {},
    noteLazily() {},
    inclusionPath: async (index, size) => pathOf(leaves.slice(0, size), index),
    consistencyPath: async () => [],
    async close() {},
  };
}

function hash(...parts: readonly Uint8Array[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}

function rootOf(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return hash();
  if (leaves.length === 1) return leaves[0] as Buffer;
  const split = splitOf(leaves.length);
  return hash(Buffer.of(1), rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

function pathOf(leaves: readonly Buffer[], index: number): Buffer[] {
  if (leaves.length <= 1) return [];
  const split = splitOf(leaves.length);
  if (index < split) return [...pathOf(leaves.slice(0, split), index), rootOf(leaves.slice(split))];
  return [...pathOf(leaves.slice(split), index - split), rootOf(leaves.slice(0, split))];
}

/** The largest power of two below `size` (RFC 6962 section 2.1). */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}
