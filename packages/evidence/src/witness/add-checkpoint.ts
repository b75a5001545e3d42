/** C2SP tlog-witness `add-checkpoint`: the body of a submission, and what a witness answers to it. */
import { decodeBase64, encodeBase64, fail, type Result, succeed } from '@minben/kernel';
import type { Clock, Signer } from '@minben/ports';
import type { Hash } from '../contract.ts';
import { EMPTY_ROOT, verifyConsistency } from '../merkle/index.ts';
import {
  type Checkpoint,
  cosign,
  formatSignatureLine,
  isDecimal,
  parseCheckpoint,
  type VerifierKey,
  verifyEd25519,
} from '../note/index.ts';
import type { WitnessRecords } from './records.ts';

const MAXIMUM_PROOF_LINES = 63;

export interface Submission {
  readonly oldSize: number;
  readonly path: readonly Hash[];
  readonly checkpoint: string;
}

export function formatSubmission(submission: Submission): string {
  const proof = submission.path.map((hash) => `${encodeBase64(hash)}\n`).join('');
  return `old ${submission.oldSize}\n${proof}\n${submission.checkpoint}`;
}

export function parseSubmission(body: string): Result<Submission, 'bad-request'> {
  const blank = body.indexOf('\n\n');
  if (blank < 0) return fail('bad-request');
  const [old = '', ...proof] = body.slice(0, blank).split('\n');
  if (!old.startsWith('old ') || !isDecimal(old.slice('old '.length)) || proof.length > MAXIMUM_PROOF_LINES)
    return fail('bad-request');
  const path: Hash[] = [];
  for (const line of proof) {
    const hash = decodeBase64(line);
    if (!hash.ok || hash.value.length !== 32) return fail('bad-request');
    path.push(hash.value);
  }
  return succeed({ oldSize: Number(old.slice('old '.length)), path, checkpoint: body.slice(blank + 2) });
}

export interface WitnessMeans {
  /** Key name of the witness. */
  readonly name: string;
  readonly signer: Signer;
  readonly clock: Clock;
  /** The trusted keys of a log, or undefined when the witness does not know its origin. */
  readonly keysOf: (origin: string) => readonly VerifierKey[] | undefined;
  readonly records: WitnessRecords;
}

export type WitnessAnswer =
  | { readonly status: 200; readonly lines: string }
  | { readonly status: 400 | 403 | 404 | 422; readonly reason: string }
  /** `size` of the newest checkpoint this witness cosigned. */
  | { readonly status: 409; readonly size: number };

/** Decides on a submission, and keeps what it cosigns before it answers. */
export async function addCheckpoint(means: WitnessMeans, body: string): Promise<WitnessAnswer> {
  const submission = parseSubmission(body);
  if (!submission.ok) return { status: 400, reason: 'malformed submission' };
  const parsed = parseCheckpoint(submission.value.checkpoint);
  if (!parsed.ok) return { status: 400, reason: `malformed checkpoint: ${parsed.error}` };
  const checkpoint = parsed.value;
  const keys = means.keysOf(checkpoint.origin);
  if (keys === undefined) return { status: 404, reason: 'unknown origin' };
  const signed = signaturesOf(checkpoint, keys);
  if (signed === undefined) return { status: 403, reason: 'no valid signature of a trusted key' };
  const { oldSize, path } = submission.value;
  if (oldSize > checkpoint.size) return { status: 400, reason: 'old size is larger than the checkpoint' };
  return await means.records.inTurn(checkpoint.origin, async () => {
    const newest = await means.records.newest(checkpoint.origin);
    if (oldSize !== (newest?.size ?? 0)) return { status: 409, size: newest?.size ?? 0 };
    const older = newest ?? { size: 0, root: EMPTY_ROOT };
    // A second root of the size already cosigned is a second history: 422, since 409 would only make the log ask again.
    if (!verifyConsistency(older, checkpoint, path))
      return { status: 422, reason: 'not consistent with the checkpoint cosigned before' };
    const lines = await cosign(means.signer, means.name, Math.floor(means.clock.now() / 1000), checkpoint.text);
    await means.records.keep(checkpoint.origin, `${checkpoint.text}\n${signed}${lines}`);
    return { status: 200, lines };
  });
}

/** The lines of trusted keys, all of which verify; undefined when there is none or one does not. */
function signaturesOf(checkpoint: Checkpoint, keys: readonly VerifierKey[]): string | undefined {
  const message = Buffer.from(checkpoint.text);
  const lines: string[] = [];
  for (const signature of checkpoint.signatures) {
    const key = keys.find(
      (each) => each.type === 'log' && each.name === signature.name && each.keyId === signature.keyId,
    );
    if (key === undefined) continue;
    if (!verifyEd25519(key, message, signature.bytes)) return undefined;
    lines.push(formatSignatureLine(signature));
  }
  return lines.length === 0 ? undefined : lines.join('');
}
