/**
 * Gathers notes in memory and stores them in small batches between other work, so that no call waits for the index.
 * Most exchanges begin and end within one batch and are then written once.
 */
import type { Clock, Logger } from '@minben/ports';
import type { ExchangeIndex, ExchangeParts, IndexedExchange, IndexStore, PlacedNote } from './model.ts';
import { readNotes, speaksOfExchange } from './read-note.ts';

/** Milliseconds for which notes are gathered. */
const GATHER_MS = 250;
/** Exchanges stored in one go; between two goes other work has its turn. */
const BATCH = 256;
/** Notes kept when the disk refuses; the journal has them all. */
const MAXIMUM_WAITING = 50_000;

/** The notes of one exchange; they are read only when they are stored or asked for. */
interface Waiting {
  /** Position of the first. */
  readonly position: number;
  readonly notes: PlacedNote[];
}

export function createExchangeIndex(store: IndexStore, clock: Clock, log: Logger): ExchangeIndex {
  const waiting = new Map<string, Waiting>();
  let newest = store.position;
  let isComplete = true;
  let isClosed = false;
  let cancel: (() => void) | undefined;

  const plan = (milliseconds: number): void => {
    cancel ??= clock.after(milliseconds, () => {
      cancel = undefined;
      if (isClosed) return;
      storeBatch();
      if (waiting.size > 0) plan(0);
    });
  };

  /** What waits is in order of arrival: stored up to here means every earlier note is stored as well. */
  const storeBatch = (): void => {
    if (!isComplete || waiting.size === 0) return;
    const batch = new Map<string, ExchangeParts>();
    let position = newest;
    for (const [key, { notes, position: first }] of waiting) {
      if (batch.size === BATCH) {
        position = Math.min(newest, first - 1);
        break;
      }
      batch.set(key, readNotes(notes));
    }
    try {
      store.store([...batch.values()], position);
      for (const key of batch.keys()) waiting.delete(key);
    } catch (error) {
      refuse(error);
    }
  };

  const refuse = (error: unknown): void => {
    isComplete = false;
    log('error', 'index-refused', { reason: error instanceof Error ? error.name : 'unknown' });
  };

  const withWaiting = (stored: IndexedExchange | undefined, entry: string): IndexedExchange | undefined => {
    const notes = waiting.get(keyOf(Buffer.from(entry, 'hex')))?.notes;
    return notes === undefined ? stored : merge(stored, readNotes(notes));
  };

  return {
    get position() {
      return store.position;
    },
    get isComplete() {
      return isComplete;
    },
    take(placed: PlacedNote) {
      const position = placed.position ?? newest;
      newest = Math.max(newest, position);
      if (!speaksOfExchange(placed.note) || isClosed) return;
      const key = keyOf(placed.note.entry);
      const known = waiting.get(key);
      if (known !== undefined) known.notes.push(placed);
      else if (waiting.size < MAXIMUM_WAITING) waiting.set(key, { position, notes: [placed] });
      else isComplete = false;
      if (isComplete) plan(GATHER_MS);
    },
    findByEntry: (entry) => withWaiting(store.findByEntry(entry), entry),
    findByMessage(messageId, sender) {
      const found = new Map(store.findByMessage(messageId).map((exchange) => [exchange.entry, exchange]));
      for (const { notes } of waiting.values()) {
        const parts = readNotes(notes);
        if (!found.has(parts.entry) && parts.begun?.messageId !== messageId) continue;
        const merged = merge(found.get(parts.entry), parts);
        if (merged !== undefined) found.set(parts.entry, merged);
      }
      return sortByAge([...found.values()].filter((exchange) => sender === undefined || exchange.sender === sender));
    },
    findOpen(limit) {
      const open = new Map(store.findOpen(limit + waiting.size).map((exchange) => [exchange.entry, exchange]));
      for (const { notes } of waiting.values()) {
        const parts = readNotes(notes);
        const merged = merge(open.get(parts.entry) ?? store.findByEntry(parts.entry), parts);
        if (merged !== undefined && merged.outcome === undefined) open.set(parts.entry, merged);
        else open.delete(parts.entry);
      }
      return sortByAge([...open.values()]).slice(0, limit);
    },
    async flush() {
      while (waiting.size > 0 && isComplete) {
        storeBatch();
        await new Promise<void>((resolve) => clock.after(0, resolve));
      }
    },
    storeNow() {
      while (waiting.size > 0 && isComplete) storeBatch();
      try {
        store.makeDurable();
      } catch (error) {
        refuse(error);
      }
    },
    eraseBefore: (seconds) => store.eraseBefore(seconds),
    async close() {
      cancel?.();
      this.storeNow();
      isClosed = true;
      store.close();
    },
  };
}

function keyOf(entry: Buffer): string {
  return entry.toString('latin1');
}

/** An answer whose request is unknown (erased, or before the oldest note) says nothing by itself. */
export function merge(stored: IndexedExchange | undefined, parts: ExchangeParts): IndexedExchange | undefined {
  const begun = parts.begun ?? stored;
  if (begun === undefined) return undefined;
  const { entry, answer, outcome } = parts;
  return {
    ...stored,
    ...begun,
    entry,
    ...(answer === undefined ? {} : { answer }),
    ...(outcome === undefined ? {} : { outcome }),
  };
}

export function sortByAge(exchanges: IndexedExchange[]): IndexedExchange[] {
  return exchanges.sort((one, other) => one.since - other.since || (one.entry < other.entry ? -1 : 1));
}
