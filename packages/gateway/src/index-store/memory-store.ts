/** The index's store in memory: for simulations, where a restart builds it anew from the journal. */
import { merge, sortByAge } from './exchange-index.ts';
import type { IndexedExchange, IndexStore } from './model.ts';

export function createMemoryStore(): IndexStore {
  const exchanges = new Map<string, IndexedExchange>();
  let reached = 0;

  return {
    get position() {
      return reached;
    },
    store(batch, position) {
      for (const parts of batch) {
        const merged = merge(exchanges.get(parts.entry), parts);
        if (merged !== undefined) exchanges.set(parts.entry, merged);
      }
      reached = Math.max(reached, position);
    },
    findByEntry: (entry) => exchanges.get(entry),
    findByMessage: (messageId) =>
      sortByAge([...exchanges.values()].filter((exchange) => exchange.messageId === messageId)),
    findOpen: (limit) =>
      sortByAge([...exchanges.values()].filter(({ outcome }) => outcome === undefined)).slice(0, limit),
    eraseBefore(seconds) {
      const old = [...exchanges.values()].filter(({ since, outcome }) => since < seconds && outcome !== undefined);
      for (const { entry } of old) exchanges.delete(entry);
      return old.length;
    },
    makeDurable: () => undefined,
    close: () => undefined,
  };
}
