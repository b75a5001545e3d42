export { createExchangeIndex } from './exchange-index.ts';
export { createMemoryStore } from './memory-store.ts';
export type { ExchangeIndex, IndexedEvidence, IndexedExchange, IndexStore, PlacedNote } from './model.ts';
export { openSqliteStore } from './sqlite-store.ts';
