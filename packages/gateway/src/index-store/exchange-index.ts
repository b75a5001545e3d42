/**
 * Gathers notes in memory and stores them in small batches between other work, so that no call waits for the index.
 * Most exchanges begin and end within one batch and are then written once.
 */
import type { Clock, Logger } from '@minben/ports';
import type { ExchangeIndex, ExchangeParts, IndexedExchange, IndexStore, PlacedNote } from './model.ts';
import { readNote } from './read-note.ts';

/** Milliseconds for which notes are gathered. */
const GATHER_MS = 250;
/** Exchanges stored in one go; between two goes other work has its turn. */
const BATCH = 128;
/** Notes kept when the disk refuses; the journal has them all. */
const MAXIMUM_WAITING = 50_000;

export function createExchangeIndex(store: IndexStore, clock: Clock, log: Logger): ExchangeIndex {
  const waiting = new Map<string, { parts: ExchangeParts; position: number }>();
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
    const batch: ExchangeParts[] = [];
    let position = newest;
    for (const { parts, position: first } of waiting.values()) {
      if (batch.length === BATCH) {
        position = Math.min(newest, first - 1);
        break;
      }
      batch.push(parts);
    }
    try {
      store.store(batch, position);
      for (const { entry } of batch) waiting.delete(entry);
    } catch (error) {
      isComplete = false;
      log('error', 'index-refused', { reason: error instanceof Error ? error.name : 'unknown' });
    }
  };

  const withWaiting = (stored: IndexedExchange | undefined, entry: string): IndexedExchange | undefined => {
    const parts = waiting.get(entry)?.parts;
    if (parts === undefined) return stored;
    return merge(stored, parts);
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
      const parts = readNote(placed);
      if (parts === undefined || isClosed) return;
      const known = waiting.get(parts.entry);
      if (known !== undefined) Object.assign(known.parts, parts);
      else if (waiting.size < MAXIMUM_WAITING) waiting.set(parts.entry, { parts, position });
      else isComplete = false;
      if (isComplete) plan(GATHER_MS);
    },
    findByEntry: (entry) => withWaiting(store.findByEntry(entry), entry),
    findByMessage(messageId, sender) {
      const found = new Map(store.findByMessage(messageId).map((exchange) => [exchange.entry, exchange]));
      for (const [entry, { parts }] of waiting) {
        const merged =
          found.has(entry) || parts.begun?.messageId === messageId ? withWaiting(found.get(entry), entry) : undefined;
        if (merged !== undefined) found.set(entry, merged);
      }
      return sortByAge([...found.values()].filter((exchange) => sender === undefined || exchange.sender === sender));
    },
    findOpen(limit) {
      const open = new Map(store.findOpen(limit + waiting.size).map((exchange) => [exchange.entry, exchange]));
      for (const entry of waiting.keys()) {
        const merged = withWaiting(open.get(entry) ?? store.findByEntry(entry), entry);
        if (merged !== undefined && merged.outcome === undefined) open.set(entry, merged);
        else open.delete(entry);
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
