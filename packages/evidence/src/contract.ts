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
  | {
      readonly name: 'refusing';
      readonly reason:
        | 'sync-failed'
        | 'signer-failed'
        | 'larger-head-elsewhere'
        | 'other-head-elsewhere'
        | 'corrupt'
        | 'closed';
    };

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
  /** Takes a private note along on the next sync (at the latest after 50 ms); order with other notes is kept. Ignored when the log does not write. */
  noteLazily(note: Uint8Array): void;
  inclusionPath(index: number, size: number): Promise<Hash[]>;
  consistencyPath(from: number, to: number): Promise<Hash[]>;
  close(): Promise<void>;
}

/** A log that also stands on public tiles (C2SP tlog-tiles) and collects cosignatures. */
export interface PublicLog extends EvidenceLog {
  /** Newest head whose tiles, entry bundles and checkpoint are served; undefined before the first. Follows `head` about once a second. */
  readonly publishedHead: SignedHead | undefined;
  /** Newest checkpoint with a quorum of cosignatures, when there is one. */
  readonly witnessed: WitnessedHead | undefined;
  /** Publishes now what is durable. Rejects when the disk does not take it; the next round tries again. */
  publish(): Promise<SignedHead>;
  /** Called after each publication, and on its cadence as long as that head is not witnessed; the returned function ends it. */
  onPublished(listener: (head: SignedHead) => void): () => void;
  /** Takes a published checkpoint with cosignatures (verified by the caller): stored, served, used for receipts. */
  adoptWitnessed(checkpoint: string): Promise<void>;
  /** A verified tile (level 0…) or entry bundle of the published tree; undefined when it is not part of it. */
  readTile(level: number | 'entries', number: number, width: number): Promise<Uint8Array | undefined>;
  /** Root of the first `size` entries. Rejects with RangeError beyond the newest head. */
  rootAt(size: number): Promise<Hash>;
  /** Resolves when nobody need be asked any more: the log writes, or never will. */
  decided(): Promise<LogState>;
  /** Stops writing for ever: a head of this log was seen that it cannot have signed as it stands. */
  refuse(reason: 'larger-head-elsewhere' | 'other-head-elsewhere'): void;
}

export interface WitnessedHead {
  readonly size: number;
  readonly root: Hash;
  /** The signed note with its cosignatures. */
  readonly checkpoint: string;
}
