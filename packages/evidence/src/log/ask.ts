/**
 * PROTOCOL 17, the restored-backup rule: before its first append after a start a log asks those who hold
 * its heads. A disk that was set back would otherwise sign a second history.
 */
import type { Hash, SignedHead } from '../contract.ts';
import { sameHash } from '../merkle/index.ts';
import { type VerifierKey, verifyCheckpoint } from '../note/index.ts';

/** What one witness or peer said. `checkpoint` is the largest head it holds for this origin, signed by this log. */
export type HeadAnswer =
  | { readonly from: string; readonly name: 'head'; readonly checkpoint: string }
  | { readonly from: string; readonly name: 'none' }
  | { readonly from: string; readonly name: 'unreachable' };

/** Someone who can be asked. Rejects when unreachable; undefined = holds no head of this origin. */
export interface HeadHolder {
  readonly name: string;
  lastCheckpoint(origin: string): Promise<string | undefined>;
}

/** Asks all holders at once. Throws when there is nobody to ask: such a log could never notice that it was set back. */
export function askHolders(origin: string, holders: readonly HeadHolder[]): () => Promise<HeadAnswer[]> {
  if (holders.length === 0) throw new TypeError('a log needs at least one witness or peer to ask for its head');
  return async () =>
    await Promise.all(
      holders.map(async (holder): Promise<HeadAnswer> => {
        try {
          const checkpoint = await holder.lastCheckpoint(origin);
          return checkpoint === undefined
            ? { from: holder.name, name: 'none' }
            : { from: holder.name, name: 'head', checkpoint };
        } catch {
          return { from: holder.name, name: 'unreachable' };
        }
      }),
    );
}

export type Verdict =
  | { readonly name: 'writable' }
  | { readonly name: 'nobody-answered' }
  | { readonly name: 'larger-head-elsewhere' | 'other-head-elsewhere'; readonly from: string; readonly size: number };

/** Decides on the answers. A head that this log did not sign says nothing: nobody else can stop the log. */
export async function judgeAnswers(
  answers: readonly HeadAnswer[],
  own: SignedHead,
  key: VerifierKey,
  rootAt: (size: number) => Promise<Hash>,
): Promise<Verdict> {
  let answered = false;
  for (const answer of answers) {
    if (answer.name === 'unreachable') continue;
    if (answer.name === 'none') {
      answered = true;
      continue;
    }
    const held = verifyCheckpoint(answer.checkpoint, key);
    if (!held.ok) continue;
    const { size, root } = held.value;
    if (size > own.size) return { name: 'larger-head-elsewhere', from: answer.from, size };
    if (!sameHash(root, await rootAt(size))) return { name: 'other-head-elsewhere', from: answer.from, size };
    answered = true;
  }
  return { name: answered ? 'writable' : 'nobody-answered' };
}
