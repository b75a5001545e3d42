/**
 * The hub's log as the registry uses it: an evidence log whose notes are the registry's state. A note is
 * applied to the state only once it is durable; one that merely rides along (`noteLazily`) at once.
 */
import { type HeadAnswer, openLog, type PublicLog } from '@minben/evidence';
import type { Clock, Disk, Logger, Signer } from '@minben/ports';
import { StatusBook } from '../status/status-book.ts';
import { decodeNote, encodeNote, type RegistryNote } from './note.ts';

/** A bundle that was logged; its file may be missing when the process died in between. */
export type SealedNote = Extract<RegistryNote, { t: 'bundle-sealed' }>;

export interface Journal {
  /** The log; notes handed to it are applied to the state below. */
  readonly log: PublicLog;
  readonly book: StatusBook;
  /** The last bundle that was logged but not stored, with its entry's position. */
  readonly unstoredBundle: { readonly note: SealedNote; readonly entry: number | undefined } | undefined;
  /** Applies a note now and takes it along on the next sync. */
  remember(note: RegistryNote): void;
}

export interface JournalOptions {
  readonly disk: Disk;
  readonly directory: string;
  readonly origin: string;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly askOthers: () => Promise<readonly HeadAnswer[]>;
  readonly publishEveryMs?: number;
  readonly segmentBytes?: number;
  /** How appends gather into a batch; a simulation brings its own. */
  readonly gather?: (flush: () => void) => void;
}

/** Opens the log and replays the registry's state from it. Rejects with LogRefusal when the log is corrupt. */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const book = new StatusBook();
  // Written, perhaps durable, not yet applied: a snapshot taken in between must hold them.
  const underWay = new Set<RegistryNote>();
  let unstored: Journal['unstoredBundle'];

  const apply = (note: RegistryNote, entry?: number): void => {
    if (note.t === 'bundle-sealed') unstored = { note, entry: entry ?? note.entry };
    else if (note.t === 'bundle-stored' && unstored && note.version >= unstored.note.version) unstored = undefined;
    else book.apply(note, entry);
  };

  const snapshot = (): Uint8Array[] => {
    const notes = book.snapshot(options.clock.now() / 1000);
    if (unstored) notes.push({ ...unstored.note, ...(unstored.entry === undefined ? {} : { entry: unstored.entry }) });
    return [...notes, ...underWay].map(encodeNote);
  };

  const inner = await openLog({
    ...options,
    replay: (bytes, entry) => apply(decodeNote(bytes), entry),
    snapshot,
  });

  const log: PublicLog = {
    get origin() {
      return inner.origin;
    },
    get state() {
      return inner.state;
    },
    get head() {
      return inner.head;
    },
    get publishedHead() {
      return inner.publishedHead;
    },
    get witnessed() {
      return inner.witnessed;
    },
    async append(entry, bytes) {
      if (bytes === undefined) return inner.append(entry);
      const note = decodeNote(bytes);
      underWay.add(note);
      try {
        const appended = await inner.append(entry, bytes);
        apply(note, appended.index);
        return appended;
      } finally {
        underWay.delete(note);
      }
    },
    async note(bytes) {
      const note = decodeNote(bytes);
      underWay.add(note);
      try {
        await inner.note(bytes);
        apply(note);
      } finally {
        underWay.delete(note);
      }
    },
    noteLazily(bytes) {
      apply(decodeNote(bytes));
      inner.noteLazily(bytes);
    },
    publish: () => inner.publish(),
    onPublished: (listener) => inner.onPublished(listener),
    adoptWitnessed: (checkpoint) => inner.adoptWitnessed(checkpoint),
    readTile: (level, number, width) => inner.readTile(level, number, width),
    decided: () => inner.decided(),
    refuse: (reason) => inner.refuse(reason),
    inclusionPath: (index, size) => inner.inclusionPath(index, size),
    consistencyPath: (from, to) => inner.consistencyPath(from, to),
    rootAt: (size) => inner.rootAt(size),
    close: () => inner.close(),
  };

  return {
    log,
    book,
    get unstoredBundle() {
      return unstored;
    },
    remember(note) {
      log.noteLazily(encodeNote(note));
    },
  };
}
