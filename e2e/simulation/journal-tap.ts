/**
 * What stands durably in the journal of a machine, read from its platters at the very moment at which a sync ends:
 * neither from what the program believes, nor with its code.
 */
import { crc32 } from 'node:zlib';
import { decodeNote, type Note } from '@minben/gateway';
import type { World } from '@minben/ports/simulated';

const RECORD_HEADER = 28;

export interface DurableNote {
  readonly note: Note;
  readonly index: number | undefined;
  /** True time, milliseconds. */
  readonly at: number;
}

export interface JournalTap {
  readonly entries: ReadonlySet<string>;
  readonly notes: readonly DurableNote[];
}

/** Follows the gateway's journal on `machine`, calling `onNote` for each note when it has become durable. */
export function tapJournal(world: World, machine: string, onNote: (note: DurableNote) => void): JournalTap {
  const entries = new Set<string>();
  const notes: DurableNote[] = [];
  const read = new Map<string, number>();
  const seen = new Set<string>();
  // Notes that became durable with a snapshot before they came with their batch.
  const early = new Set<string>();

  const readOn = (path: string): void => {
    const bytes = world.machine(machine).readDurable(path);
    if (bytes === undefined) return;
    let offset = read.get(path) ?? 0;
    while (offset + RECORD_HEADER <= bytes.length) {
      const end = offset + RECORD_HEADER + bytes.readUInt32BE(offset + RECORD_HEADER - 4);
      // Half a record, or one that a crash tore: recovery will write over it.
      if (end > bytes.length || crc32(bytes.subarray(offset + 4, end)) !== bytes.readUInt32BE(offset)) break;
      if (read.has(path)) readItems(bytes.subarray(offset + RECORD_HEADER, end), keep);
      offset = read.has(path) ? end : readStart(bytes, end);
      read.set(path, offset);
    }
  };

  /** The snapshot repeats what was seen before, but for the notes of a batch that was not written yet. */
  const readStart = (bytes: Buffer, afterHead: number): number => {
    let offset = afterHead;
    for (let left = bytes.readUInt32BE(RECORD_HEADER + 13); left > 0; left -= 1) {
      const end = offset + RECORD_HEADER + bytes.readUInt32BE(offset + RECORD_HEADER - 4);
      readItems(bytes.subarray(offset + RECORD_HEADER, end), keepFromSnapshot);
      offset = end;
    }
    return offset;
  };

  const readItems = (payload: Buffer, keep: (note: Buffer, index: number | undefined) => void): void => {
    let at = 0;
    const take = (count: number): Buffer => {
      at += count;
      return payload.subarray(at - count, at);
    };
    while (at < payload.length) {
      const tag = take(1)[0];
      const entry = tag === 1 || tag === 3 ? take(32).toString('hex') : undefined;
      if (entry !== undefined) entries.add(entry);
      if (tag === 2 || tag === 3)
        keep(take(take(4).readUInt32BE(0)), entry === undefined ? undefined : entries.size - 1);
      if (tag === 4) take(8 + 32 + 64);
    }
  };

  const keep = (bytes: Buffer, index: number | undefined): void => {
    if (early.delete(bytes.toString('latin1'))) return;
    seen.add(bytes.toString('latin1'));
    const durable = { note: decodeNote(Buffer.from(bytes)), index, at: world.now };
    notes.push(durable);
    onNote(durable);
  };

  const keepFromSnapshot = (bytes: Buffer): void => {
    const text = bytes.toString('latin1');
    const { type } = decodeNote(Buffer.from(bytes));
    if (seen.has(text) || !(type === 'ended' || type === 'lost' || type === 'received' || type === 'count')) return;
    keep(bytes, undefined);
    early.add(text);
  };

  world.trace.onLine(({ machine: where, what }) => {
    if (where !== machine || !what.endsWith('done') || !what.includes('/gateway/log/journal')) return;
    for (let number = 1; number < 100; number += 1) {
      const path = `/gateway/log/journal/${String(number).padStart(10, '0')}.journal`;
      if (read.has(path) || world.machine(machine).readDurable(path) !== undefined) readOn(path);
      else if (number > read.size + 1) break;
    }
  });
  return { entries, notes };
}
