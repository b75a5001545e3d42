/** What stands in the log, and what the log promises. */

/** RFC 6962 hashes are 32 bytes. */
export type Hash = Uint8Array;

/** A signed tree head. `checkpoint` is the signed note (C2SP tlog-checkpoint) without cosignatures. */
export interface SignedHead {
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
  readonly checkpoint: string;
}

/** An entry that is durable, with the head that proves it. */
export interface Appended {
  readonly index: number;
  readonly head: SignedHead;
  /** RFC 6962 inclusion path of `index` in `head.size`, leaf side first. */
  readonly path: readonly Hash[];
}

export type LogState =
  | { readonly name: 'asking'; readonly reason: string }
  | { readonly name: 'writable' }
  | { readonly name: 'refusing'; readonly reason: 'sync-failed' | 'larger-head-elsewhere' | 'other-head-elsewhere' | 'corrupt' | 'closed' };

/**
 * An append-only log of 32-byte commitments with private notes beside them. One writer. Entry, note and
 * signed head of a batch become durable in one write and one fdatasync; nothing resolves before that.
 */
export interface EvidenceLog {
  readonly origin: string;
  readonly state: LogState;
  /** Newest durable head. */
  readonly head: SignedHead;
  /** Appends one entry, and a private note in the same batch. Rejects with LogRefusal when the log does not write. */
  append(entry: Hash, note?: Uint8Array): Promise<Appended>;
  /** Makes a private note durable without an entry. */
  note(note: Uint8Array): Promise<void>;
  /** Takes a private note along on the next sync (at the latest after a short time); order with other notes is kept. */
  noteLazily(note: Uint8Array): void;
  inclusionPath(index: number, size: number): Promise<Hash[]>;
  consistencyPath(from: number, to: number): Promise<Hash[]>;
  close(): Promise<void>;
}
