/** The log as the core writes it: entries and notes as values. What became durable is told on, for the index of receipts. */
import type { Appended, EvidenceLog } from '@minben/evidence';
import { encodeNote, type Note } from './notes.ts';

export interface NotedLog {
  /** An entry with the note that belongs to it, in one batch. */
  append(entry: Buffer, note: Note): Promise<Appended>;
  /** Resolves when the note is durable. */
  note(note: Note): Promise<void>;
  /** The note rides on the next sync. */
  noteLazily(note: Note): void;
}

export function createNotedLog(
  log: () => EvidenceLog,
  onNote: (note: Note, index: number | undefined) => void,
): NotedLog {
  return {
    async append(entry, note) {
      const appended = await log().append(entry, encodeNote(note));
      onNote(note, appended.index);
      return appended;
    },
    async note(note) {
      await log().note(encodeNote(note));
      onNote(note, undefined);
    },
    noteLazily(note) {
      log().noteLazily(encodeNote(note));
      onNote(note, undefined);
    },
  };
}
