/**
 * A segment of the journal: a head that lets a new process go on without any older segment (tree edge,
 * signed head, the owner's snapshot), then one record for each batch. Head and snapshot are written in
 * one atomic step; only the last record after them can be torn.
 */
import { hash } from 'node:crypto';
import type { Hash } from '../contract.ts';
import { HASH_BYTES, type TreeEdge } from '../merkle/index.ts';
import {
  findLaterRecord,
  type JournalRecord,
  RecordBuilder,
  readItems,
  readRecord,
  SEGMENT_ID_BYTES,
} from './record.ts';

const VERSION = 1;
const SNAPSHOT_RECORD_BYTES = 4 * 1024 * 1024;

export interface SegmentHead {
  readonly origin: string;
  readonly number: number;
  readonly edge: TreeEdge & { readonly entries: Uint8Array };
  readonly root: Hash;
  readonly signature: Uint8Array;
  /** How many records after the head hold the snapshot. */
  readonly snapshotRecords: number;
}

/** `0000000042.journal` */
export function formatSegmentName(number: number): string {
  return `${String(number).padStart(10, '0')}.journal`;
}

export function parseSegmentName(name: string): number | undefined {
  return /^[0-9]{10}\.journal$/.test(name) ? Number(name.slice(0, 10)) : undefined;
}

/** The bytes a segment begins with, and what its records need to be written. */
export function buildSegmentStart(
  head: Omit<SegmentHead, 'snapshotRecords'>,
  snapshot: readonly Uint8Array[],
): { readonly bytes: Buffer; readonly segmentId: Buffer; readonly records: number } {
  const groups = groupSnapshot(snapshot);
  const payload = encodeHead({ ...head, snapshotRecords: groups.length });
  // Whoever could foretell the id could plant a false record in a note and make a torn tail look like corruption.
  const segmentId = hash('sha256', Buffer.concat([payload, ...snapshot]), 'buffer').subarray(0, SEGMENT_ID_BYTES);
  const records = [payload, ...groups].map((content, sequence) => {
    const builder = new RecordBuilder();
    if (content instanceof Uint8Array) builder.addRaw(content);
    else for (const note of content) builder.addNote(note);
    return Buffer.from(builder.seal(segmentId, sequence));
  });
  return { bytes: Buffer.concat(records), segmentId, records: records.length };
}

function groupSnapshot(snapshot: readonly Uint8Array[]): Uint8Array[][] {
  const groups: Uint8Array[][] = [];
  let room = 0;
  for (const note of snapshot) {
    if (room < note.length) {
      groups.push([]);
      room = SNAPSHOT_RECORD_BYTES;
    }
    groups.at(-1)?.push(note);
    room -= note.length;
  }
  return groups;
}

function encodeHead(head: SegmentHead): Buffer {
  const origin = Buffer.from(head.origin);
  const fixed = Buffer.alloc(20);
  fixed.writeUInt8(VERSION, 0);
  fixed.writeUInt32BE(head.number, 1);
  fixed.writeBigUInt64BE(BigInt(head.edge.size), 5);
  fixed.writeUInt32BE(head.snapshotRecords, 13);
  fixed.writeUInt8(head.edge.levels.length, 17);
  fixed.writeUInt16BE(origin.length, 18);
  const levels = head.edge.levels.map((hashes) => Buffer.concat([Buffer.of(hashes.length / HASH_BYTES), hashes]));
  return Buffer.concat([fixed, origin, head.root, head.signature, ...levels, head.edge.entries]);
}

function decodeHead(payload: Buffer): SegmentHead | undefined {
  let position = 0;
  const take = (count: number): Buffer => {
    position += count;
    if (position > payload.length) throw new RangeError('a segment head ends early');
    return Buffer.from(payload.subarray(position - count, position));
  };
  try {
    const fixed = take(20);
    if (fixed.readUInt8(0) !== VERSION) return undefined;
    const origin = take(fixed.readUInt16BE(18)).toString();
    const root = take(HASH_BYTES);
    const signature = take(64);
    const levels = Array.from({ length: fixed.readUInt8(17) }, () => take((take(1)[0] as number) * HASH_BYTES));
    const entries = take(levels[0]?.length ?? 0);
    if (position !== payload.length) return undefined;
    const edge = { size: Number(fixed.readBigUInt64BE(5)), levels, entries };
    return { origin, number: fixed.readUInt32BE(1), edge, root, signature, snapshotRecords: fixed.readUInt32BE(13) };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

export interface ScannedSegment {
  readonly head: SegmentHead;
  readonly segmentId: Buffer;
  readonly snapshot: readonly JournalRecord[];
  readonly batches: readonly JournalRecord[];
  /** Length of the good part. */
  readonly goodBytes: number;
  /** Bytes after it: a torn last record. */
  readonly tornBytes: number;
}

/** Reads a whole segment; a word for what is wrong when more than its last record is bad. */
export function scanSegment(
  bytes: Buffer,
): ScannedSegment | 'bad-segment-head' | 'bad-snapshot' | 'bad-record-before-good' | 'bad-item' {
  const first = readRecord(bytes, 0);
  const head = first === undefined ? undefined : decodeHead(first.payload);
  if (first === undefined || head === undefined || first.sequence !== 0) return 'bad-segment-head';
  const records: JournalRecord[] = [];
  let offset = first.end;
  while (offset < bytes.length) {
    const record = readRecord(bytes, offset);
    if (record === undefined || record.sequence !== records.length + 1 || !record.segmentId.equals(first.segmentId))
      break;
    try {
      for (const item of readItems(record.payload)) void item;
    } catch {
      return 'bad-item';
    }
    records.push(record);
    offset = record.end;
  }
  if (records.length < head.snapshotRecords) return 'bad-snapshot';
  if (offset < bytes.length && findLaterRecord(bytes, offset, first.segmentId)) return 'bad-record-before-good';
  return {
    head,
    segmentId: first.segmentId,
    snapshot: records.slice(0, head.snapshotRecords),
    batches: records.slice(head.snapshotRecords),
    goodBytes: offset,
    tornBytes: bytes.length - offset,
  };
}
