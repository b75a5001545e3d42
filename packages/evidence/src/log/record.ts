/**
 * One batch as one record of the journal: what one write and one sync make durable together.
 *
 *     checksum (4) ‖ segment id (16) ‖ sequence (4) ‖ payload length (4) ‖ payload
 *
 * The checksum is CRC-32 over all that follows it: it finds accidents. Entries are protected against more
 * than that by the signed root in the same record. Segment id and sequence are in it, so a
 * record is good at one place only. The payload is a run of items in the order in which they came.
 */
import { crc32 } from 'node:zlib';
import type { Hash } from '../contract.ts';
import { HASH_BYTES } from '../merkle/index.ts';

export const SEGMENT_ID_BYTES = 16;
const CHECKSUM_BYTES = 4;
export const RECORD_HEADER_BYTES = CHECKSUM_BYTES + SEGMENT_ID_BYTES + 8;

const ENTRY = 1;
const NOTE = 2;
const ENTRY_WITH_NOTE = 3;
const HEAD = 4;
const SIGNATURE_BYTES = 64;

/** Gathers one record in a buffer that is used again and again. */
export class RecordBuilder {
  #bytes = Buffer.allocUnsafeSlow(64 * 1024);
  #length = RECORD_HEADER_BYTES;

  get isEmpty(): boolean {
    return this.#length === RECORD_HEADER_BYTES;
  }

  get length(): number {
    return this.#length;
  }

  addEntry(entry: Hash, note?: Uint8Array): void {
    this.#makeRoom(5 + HASH_BYTES + (note?.length ?? 0));
    this.#bytes[this.#length++] = note === undefined ? ENTRY : ENTRY_WITH_NOTE;
    this.#put(entry);
    if (note !== undefined) this.#putSized(note);
  }

  addNote(note: Uint8Array): void {
    this.#makeRoom(5 + note.length);
    this.#bytes[this.#length++] = NOTE;
    this.#putSized(note);
  }

  addHead(size: number, root: Hash, signature: Uint8Array): void {
    this.#makeRoom(9 + HASH_BYTES + SIGNATURE_BYTES);
    this.#bytes[this.#length++] = HEAD;
    this.#bytes.writeBigUInt64BE(BigInt(size), this.#length);
    this.#length += 8;
    this.#put(root);
    this.#put(signature);
  }

  /** The notes gathered so far that came without an entry, in order. */
  notes(): Buffer[] {
    const items = readItems(this.#bytes.subarray(RECORD_HEADER_BYTES, this.#length));
    return [...items].flatMap((item) => (item.name === 'note' ? [Buffer.from(item.note)] : []));
  }

  /** Bytes that are no items: the head of a segment. */
  addRaw(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#put(bytes);
  }

  /** The finished record; a view that stands until `clear`. */
  seal(segmentId: Uint8Array, sequence: number): Buffer {
    this.#bytes.set(segmentId, CHECKSUM_BYTES);
    this.#bytes.writeUInt32BE(sequence, CHECKSUM_BYTES + SEGMENT_ID_BYTES);
    this.#bytes.writeUInt32BE(this.#length - RECORD_HEADER_BYTES, CHECKSUM_BYTES + SEGMENT_ID_BYTES + 4);
    const record = this.#bytes.subarray(0, this.#length);
    this.#bytes.writeUInt32BE(crc32(record.subarray(CHECKSUM_BYTES)), 0);
    return record;
  }

  clear(): void {
    this.#length = RECORD_HEADER_BYTES;
    // One huge batch should not hold its memory for ever.
    if (this.#bytes.length > 4 * 1024 * 1024) this.#bytes = Buffer.allocUnsafeSlow(64 * 1024);
  }

  #put(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #putSized(bytes: Uint8Array): void {
    this.#bytes.writeUInt32BE(bytes.length, this.#length);
    this.#length += 4;
    this.#put(bytes);
  }

  #makeRoom(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#length + count));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

export interface JournalRecord {
  readonly segmentId: Buffer;
  readonly sequence: number;
  readonly payload: Buffer;
  /** Offset of the byte after it. */
  readonly end: number;
}

/** The record at `offset`, or undefined when no whole and undamaged one stands there. */
export function readRecord(segment: Buffer, offset: number): JournalRecord | undefined {
  if (offset < 0 || offset + RECORD_HEADER_BYTES > segment.length) return undefined;
  const sequence = segment.readUInt32BE(offset + CHECKSUM_BYTES + SEGMENT_ID_BYTES);
  const end = offset + RECORD_HEADER_BYTES + segment.readUInt32BE(offset + CHECKSUM_BYTES + SEGMENT_ID_BYTES + 4);
  if (end > segment.length) return undefined;
  if (crc32(segment.subarray(offset + CHECKSUM_BYTES, end)) !== segment.readUInt32BE(offset)) return undefined;
  const idStart = offset + CHECKSUM_BYTES;
  return {
    segmentId: segment.subarray(idStart, idStart + SEGMENT_ID_BYTES),
    sequence,
    payload: segment.subarray(offset + RECORD_HEADER_BYTES, end),
    end,
  };
}

/** Whether any good record of the segment begins after `offset`. */
export function findLaterRecord(segment: Buffer, offset: number, segmentId: Uint8Array): boolean {
  for (let found = segment.indexOf(segmentId, offset + 1); found >= 0; found = segment.indexOf(segmentId, found + 1)) {
    const start = found - CHECKSUM_BYTES;
    if (start > offset && readRecord(segment, start) !== undefined) return true;
  }
  return false;
}

export type JournalItem =
  | { readonly name: 'entry'; readonly entry: Buffer; readonly note: Buffer | undefined }
  | { readonly name: 'note'; readonly note: Buffer }
  | { readonly name: 'head'; readonly size: number; readonly root: Buffer; readonly signature: Buffer };

/** The items of a payload. Throws RangeError when they do not fill it exactly. */
export function* readItems(payload: Buffer): Generator<JournalItem> {
  let position = 0;
  const take = (count: number): Buffer => {
    if (position + count > payload.length) throw new RangeError('an item goes beyond its record');
    position += count;
    return payload.subarray(position - count, position);
  };
  while (position < payload.length) {
    const tag = take(1)[0];
    if (tag === ENTRY) yield { name: 'entry', entry: take(HASH_BYTES), note: undefined };
    else if (tag === ENTRY_WITH_NOTE)
      yield { name: 'entry', entry: take(HASH_BYTES), note: take(take(4).readUInt32BE(0)) };
    else if (tag === NOTE) yield { name: 'note', note: take(take(4).readUInt32BE(0)) };
    else if (tag === HEAD) {
      yield {
        name: 'head',
        size: Number(take(8).readBigUInt64BE(0)),
        root: take(HASH_BYTES),
        signature: take(SIGNATURE_BYTES),
      };
    } else throw new RangeError(`unknown item ${tag}`);
  }
}
