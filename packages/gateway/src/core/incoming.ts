/**
 * What became of the requests this gateway received, by entry: for a retry that must not be repeated, and for a
 * peer who asks after a break (PROTOCOL 10). Safe calls are remembered for minutes, lasting ones for as long as a retry may come.
 */
import type { RecordedAnswer, Released } from './answer.ts';

export type IncomingState = 'open' | 'unknown' | RecordedAnswer;

export interface IncomingRecord {
  open(entry: string, isLasting: boolean, now: number): void;
  /** The answer of an admitted request is its end; a refusal of one that was not is kept only where nothing else is known. */
  answered(entry: string, answer: RecordedAnswer, isAdmitted: boolean): void;
  /** The process ended before there was an answer. */
  lost(entry: string): void;
  find(entry: string): IncomingState | undefined;
  /** The released answer of a lasting call, kept in memory for its retries. */
  keepReleased(entry: string, released: Promise<Released | undefined>): void;
  released(entry: string): Promise<Released | undefined> | undefined;
  /** Entries that were received and have no answer. */
  unanswered(): readonly string[];
  forget(olderThan: number): void;
}

const GENERATION_SECONDS = 120;
const KEPT_ANSWERS = 1_000;
const LARGEST_KEPT_BODY = 65_536;

export function createIncomingRecord(): IncomingRecord {
  const lasting = new Map<string, { state: IncomingState; since: number }>();
  const kept = new Map<string, Promise<Released | undefined>>();
  let young = new Map<string, IncomingState>();
  let old = new Map<string, IncomingState>();
  let turnedAt = 0;

  const set = (entry: string, state: IncomingState): void => {
    const record = lasting.get(entry);
    if (record !== undefined) record.state = state;
    else if (old.has(entry) && !young.has(entry)) old.set(entry, state);
    else young.set(entry, state);
  };

  const find = (entry: string): IncomingState | undefined =>
    lasting.get(entry)?.state ?? young.get(entry) ?? old.get(entry);

  return {
    open(entry, isLasting, now) {
      if (isLasting) {
        lasting.set(entry, { state: 'open', since: now });
        return;
      }
      if (now - turnedAt >= GENERATION_SECONDS) {
        // What is still open moves on, so that no answer loses its request.
        const stillOpen = [...old].filter(([, state]) => state === 'open');
        old = young;
        young = new Map(stillOpen);
        turnedAt = now;
      }
      young.set(entry, 'open');
    },
    answered(entry, answer, isAdmitted) {
      if (isAdmitted || find(entry) === undefined) set(entry, answer);
    },
    lost: (entry) => set(entry, 'unknown'),
    find,
    keepReleased(entry, released) {
      if (kept.size >= KEPT_ANSWERS) kept.delete(kept.keys().next().value as string);
      kept.set(
        entry,
        released.then((value) => (value !== undefined && value.body.length <= LARGEST_KEPT_BODY ? value : undefined)),
      );
    },
    released: (entry) => kept.get(entry),
    unanswered: () => [
      ...[...lasting].filter(([, { state }]) => state === 'open').map(([entry]) => entry),
      ...[...old, ...young].filter(([, state]) => state === 'open').map(([entry]) => entry),
    ],
    forget(olderThan) {
      for (const [entry, { since }] of lasting) if (since < olderThan) lasting.delete(entry);
    },
  };
}
