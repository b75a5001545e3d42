/**
 * The index of exchanges: finds by message id, or by entry, what a receipt is made of. It is never the truth; that is
 * the journal, whose private notes it is built from and can be built from again. Nothing waits for it.
 */
import type { ExchangeOutcome, Note, PeerEvidence } from '../core/notes.ts';

/** One attempt at an exchange: a request with its entry, and its answer as soon as there is one. */
export interface IndexedExchange {
  /** The request's entry, lower-case hex. */
  readonly entry: string;
  /** Several attempts share it when a call was retried. */
  readonly messageId: string;
  readonly direction: 'sent' | 'received';
  /** Gateway at the other side. */
  readonly peer: string;
  /** Member that asked. */
  readonly sender: string;
  /** `iat` of the request: seconds since the epoch. */
  readonly since: number;
  readonly request: IndexedEvidence;
  readonly answer?: IndexedEvidence;
  /** How it ended; undefined while it is open. `lost`: the process ended before there was an answer. */
  readonly outcome?: ExchangeOutcome | 'lost';
}

/**
 * Evidence as it is kept. For an entry of the own log the checkpoint is empty and `evidence.index` its place there: the
 * proof is made when it is asked for, on a head that witnesses have cosigned.
 */
export type IndexedEvidence = PeerEvidence;

/** A note of the journal with its place there. */
export interface PlacedNote {
  /** Rises with every note of the journal; absent where the journal counts none. */
  readonly position?: number;
  readonly note: Note;
  /** Place of the own entry in the own log, for notes that ride with one (`sent`, `answered`). */
  readonly index?: number;
}

export interface ExchangeIndex {
  /** Every note up to this position is stored; after a restart, notes beyond it are given again. 0 when empty. */
  readonly position: number;
  /** False after the disk refused: what is stored may lack exchanges until the next restart builds it anew. */
  readonly isComplete: boolean;
  /** Takes in a note of the journal. Cheap; storing happens later, in batches. Giving one twice changes nothing. */
  take(placed: PlacedNote): void;
  findByEntry(entry: string): IndexedExchange | undefined;
  /** All attempts under a message id, oldest first: those sent by `sender` when it is given. */
  findByMessage(messageId: string, sender?: string): IndexedExchange[];
  /** Exchanges without an outcome, oldest first, at most `limit`. */
  findOpen(limit: number): IndexedExchange[];
  /** Resolves when everything taken in so far is stored, other work having its turn in between. */
  flush(): Promise<void>;
  /** Stores what was taken in before it returns: call it before the journal forgets the notes (a new segment's snapshot). */
  storeNow(): void;
  /** Erases what began before this second (PROTOCOL 2); open exchanges stay. Returns their number. */
  eraseBefore(seconds: number): number;
  close(): Promise<void>;
}

/** What the notes of one exchange have told so far; a part may come without the others. */
export interface ExchangeParts {
  readonly entry: string;
  begun?: Omit<IndexedExchange, 'entry' | 'answer' | 'outcome'>;
  answer?: IndexedEvidence;
  outcome?: ExchangeOutcome | 'lost';
}

/** Where batches go: memory in simulations, SQLite in a gateway. Calls are synchronous and short. */
export interface IndexStore {
  readonly position: number;
  /** Stores a batch and the position after it, in one step: all or nothing. Throws when the disk refuses. */
  store(batch: readonly ExchangeParts[], position: number): void;
  findByEntry(entry: string): IndexedExchange | undefined;
  findByMessage(messageId: string): IndexedExchange[];
  findOpen(limit: number): IndexedExchange[];
  eraseBefore(seconds: number): number;
  /** What was stored survives a loss of power from here on: asked before the journal forgets what it came from. */
  makeDurable(): void;
  close(): void;
}
