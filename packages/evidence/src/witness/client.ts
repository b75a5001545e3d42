/** A log's side of C2SP tlog-witness: submit a checkpoint, ask for the last one. */
import type { Network } from '@minben/ports';
import type { HeadHolder } from '../log/ask.ts';
import { isDecimal, parseCheckpoint, parseSignatureLine, type VerifierKey, verifyCosignature } from '../note/index.ts';
import { formatSubmission, type Submission } from './add-checkpoint.ts';
import { originDigest } from './records.ts';

const MAXIMUM_BYTES = 64 * 1024;

/** A witness as the trust bundle names it. */
export interface WitnessPlace {
  readonly key: VerifierKey;
  /** Submission and monitoring prefix, without a slash at the end. */
  readonly url: string;
}

export type SubmissionOutcome =
  | { readonly name: 'cosigned'; readonly line: string; readonly time: number }
  /** The witness last cosigned another size: prove from there. */
  | { readonly name: 'other-size'; readonly size: number }
  | { readonly name: 'refused'; readonly status: number };

/** Submits a checkpoint. Rejects with NetworkError. A cosignature that does not verify counts as refused. */
export async function submitCheckpoint(
  network: Network,
  witness: WitnessPlace,
  submission: Submission,
  timeoutMs: number,
): Promise<SubmissionOutcome> {
  const { status, body } = await network.request({
    method: 'POST',
    url: `${witness.url}/add-checkpoint`,
    headers: [['content-type', 'text/plain; charset=utf-8']],
    body: Buffer.from(formatSubmission(submission)),
    timeoutMs,
    maximumBytes: MAXIMUM_BYTES,
  });
  const answer = Buffer.from(body).toString();
  if (status === 409) {
    const size = answer.endsWith('\n') ? answer.slice(0, -1) : '';
    return isDecimal(size) ? { name: 'other-size', size: Number(size) } : { name: 'refused', status };
  }
  const checkpoint = parseCheckpoint(submission.checkpoint);
  if (status !== 200 || !checkpoint.ok) return { name: 'refused', status };
  for (const line of answer.split('\n')) {
    const signature = parseSignatureLine(line);
    const cosignature = signature.ok
      ? verifyCosignature(checkpoint.value.text, signature.value, witness.key)
      : undefined;
    if (cosignature !== undefined) return { name: 'cosigned', line: `${line}\n`, time: cosignature.time };
  }
  return { name: 'refused', status };
}

/** The newest checkpoint of `origin` that the witness cosigned; undefined when it has none. Rejects when it cannot say. */
export async function lastCheckpoint(
  network: Network,
  witness: Pick<WitnessPlace, 'url'>,
  origin: string,
  timeoutMs: number,
): Promise<string | undefined> {
  const url = `${witness.url}/${originDigest(origin)}/checkpoint`;
  const { status, body } = await network.request({ method: 'GET', url, timeoutMs, maximumBytes: MAXIMUM_BYTES });
  if (status === 404) return undefined;
  if (status !== 200) throw new Error(`the witness answered ${status}`);
  return Buffer.from(body).toString();
}

/** A witness as someone to ask before the first append (PROTOCOL 17). */
export function witnessAsHolder(network: Network, witness: WitnessPlace, timeoutMs: number): HeadHolder {
  return { name: witness.key.name, lastCheckpoint: (origin) => lastCheckpoint(network, witness, origin, timeoutMs) };
}
