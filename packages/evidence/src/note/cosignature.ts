/** C2SP tlog-cosignature, Ed25519 (type 0x04): a witness's statement, with its time, that it saw a consistent head. */
import type { Signer } from '@minben/ports';
import type { Checkpoint } from './checkpoint.ts';
import { formatSignatureLine, type NoteSignature } from './signed-note.ts';
import { computeKeyId, type VerifierKey, verifyEd25519 } from './verifier-key.ts';

const TIME_BYTES = 8;

export interface Cosignature {
  readonly witness: string;
  /** Seconds since the epoch: the time-stamp of everything below this head (PROTOCOL 14). */
  readonly time: number;
}

function cosignedMessage(time: number, checkpointText: string): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${time}\n${checkpointText}`);
}

/** The signature line of witness `name` over a checkpoint's text. `time` in seconds since the epoch. */
export async function cosign(signer: Signer, name: string, time: number, checkpointText: string): Promise<string> {
  const signature = await signer.sign(cosignedMessage(time, checkpointText));
  const bytes = Buffer.alloc(TIME_BYTES + signature.length);
  bytes.writeBigUInt64BE(BigInt(time), 0);
  bytes.set(signature, TIME_BYTES);
  return formatSignatureLine({ name, keyId: computeKeyId(name, 'witness', signer.publicKey), bytes });
}

/** What `signature` says when `key` made it over this text; undefined when it did not. */
export function verifyCosignature(
  checkpointText: string,
  signature: NoteSignature,
  key: VerifierKey,
): Cosignature | undefined {
  if (key.type !== 'witness' || signature.name !== key.name || signature.keyId !== key.keyId) return undefined;
  if (signature.bytes.length !== TIME_BYTES + 64) return undefined;
  const time = Number(signature.bytes.readBigUInt64BE(0));
  if (!Number.isSafeInteger(time)) return undefined;
  const valid = verifyEd25519(key, cosignedMessage(time, checkpointText), signature.bytes.subarray(TIME_BYTES));
  return valid ? { witness: key.name, time } : undefined;
}

/** The valid cosignatures of known witnesses, one for each at most: its earliest. */
export function collectCosignatures(
  checkpoint: Pick<Checkpoint, 'text' | 'signatures'>,
  keys: readonly VerifierKey[],
): Cosignature[] {
  return keys.flatMap((key) => {
    const valid = checkpoint.signatures
      .map((signature) => verifyCosignature(checkpoint.text, signature, key))
      .filter((cosignature) => cosignature !== undefined);
    return valid.toSorted((left, right) => left.time - right.time).slice(0, 1);
  });
}
