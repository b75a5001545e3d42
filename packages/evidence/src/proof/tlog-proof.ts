/**
 * C2SP tlog-proof: index, inclusion path and checkpoint as one text that can be verified off-line. Read
 * strictly: one text for each proof.
 */
import { decodeBase64, encodeBase64, fail, type Result, succeed } from '@minben/kernel';
import type { Hash } from '../contract.ts';
import { type Checkpoint, type CheckpointError, isDecimal, parseCheckpoint } from '../note/index.ts';

const FIRST_LINE = 'c2sp.org/tlog-proof@v1';
const MAXIMUM_PATH = 63;

export interface TlogProof {
  readonly index: number;
  /** Leaf side first. */
  readonly path: readonly Hash[];
  /** The signed note, verbatim. */
  readonly checkpoint: string;
  /** Unauthenticated extra data; nothing of this project writes or believes any. */
  readonly extra?: Uint8Array;
}

export type ProofError = CheckpointError | 'not-a-proof' | 'bad-extra' | 'bad-index' | 'bad-path' | 'no-checkpoint';

export function formatProof(proof: TlogProof): string {
  const extra = proof.extra === undefined ? [] : [`extra ${encodeBase64(proof.extra)}`];
  const lines = [
    FIRST_LINE,
    ...extra,
    `index ${proof.index}`,
    ...proof.path.map((hash) => encodeBase64(hash)),
    '',
    proof.checkpoint,
  ];
  return lines.join('\n');
}

/** Reads a proof. Nothing in it may be believed before path and checkpoint are verified. */
export function parseProof(text: string): Result<TlogProof & { readonly head: Checkpoint }, ProofError> {
  const blank = text.indexOf('\n\n');
  if (blank < 0) return fail('no-checkpoint');
  const lines = text.slice(0, blank).split('\n');
  if (lines.shift() !== FIRST_LINE) return fail('not-a-proof');
  let extra: Uint8Array | undefined;
  if (lines[0]?.startsWith('extra ') === true) {
    const decoded = decodeBase64((lines.shift() as string).slice('extra '.length));
    if (!decoded.ok) return fail('bad-extra');
    extra = decoded.value;
  }
  const indexLine = lines.shift() ?? '';
  if (!indexLine.startsWith('index ') || !isDecimal(indexLine.slice('index '.length))) return fail('bad-index');
  if (lines.length > MAXIMUM_PATH) return fail('bad-path');
  const path: Hash[] = [];
  for (const line of lines) {
    const hash = decodeBase64(line);
    if (!hash.ok || hash.value.length !== 32) return fail('bad-path');
    path.push(hash.value);
  }
  const checkpoint = text.slice(blank + 2);
  const head = parseCheckpoint(checkpoint);
  if (!head.ok) return head;
  const index = Number(indexLine.slice('index '.length));
  return succeed({ index, path, checkpoint, head: head.value, ...(extra === undefined ? {} : { extra }) });
}
