/** The journal on the disk: the segment being written, rotation, and removal of segments nobody needs any more. */
import type { AppendFile, Disk } from '@minben/ports';
import type { Hash } from '../contract.ts';
import type { TreeEdge } from '../merkle/index.ts';
import type { RecordBuilder } from './record.ts';
import { buildSegmentStart, formatSegmentName } from './segment.ts';

export interface SegmentPlace {
  readonly number: number;
  /** Leaves in the tree before its first batch. */
  readonly startSize: number;
}

export interface ActiveSegment {
  readonly number: number;
  readonly segmentId: Buffer;
  readonly nextSequence: number;
  readonly startBytes: number;
}

/** Where a segment begins: a durable head and what a process needs to go on from it. */
export interface SegmentStart {
  readonly origin: string;
  readonly edge: TreeEdge & { readonly entries: Uint8Array };
  readonly root: Hash;
  readonly signature: Uint8Array;
}

export class Journal {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #segmentBytes: number;
  #segments: readonly SegmentPlace[];
  #active: ActiveSegment;
  #file: AppendFile;
  #sequence: number;

  private constructor(
    disk: Disk,
    directory: string,
    segmentBytes: number,
    segments: readonly SegmentPlace[],
    active: ActiveSegment,
    file: AppendFile,
  ) {
    this.#disk = disk;
    this.#directory = directory;
    this.#segmentBytes = segmentBytes;
    this.#segments = segments;
    this.#active = active;
    this.#file = file;
    this.#sequence = active.nextSequence;
  }

  /** Opens the last of `segments`, whose good bytes were just written anew, for appending. */
  static async open(
    disk: Disk,
    directory: string,
    segmentBytes: number,
    segments: readonly SegmentPlace[],
    active: ActiveSegment,
  ): Promise<Journal> {
    const file = await disk.openAppend(`${directory}/${formatSegmentName(active.number)}`);
    return new Journal(disk, directory, segmentBytes, segments, active, file);
  }

  /** Writes the first segment of a new log, or the next one, and answers how to append to it. */
  static async create(
    disk: Disk,
    directory: string,
    number: number,
    start: SegmentStart,
    snapshot: readonly Uint8Array[],
  ): Promise<ActiveSegment> {
    const { bytes, segmentId, records } = buildSegmentStart({ number, ...start }, snapshot);
    await disk.writeAtomically(`${directory}/${formatSegmentName(number)}`, bytes);
    return { number, segmentId, nextSequence: records, startBytes: bytes.length };
  }

  /** Whether the next batch should begin a new segment: it must at least double what a snapshot cost. */
  get isFull(): boolean {
    return this.#file.size - this.#active.startBytes >= Math.max(this.#segmentBytes, this.#active.startBytes);
  }

  /** One write, one sync. When it rejects nobody knows what is on the disk. */
  async write(record: RecordBuilder): Promise<void> {
    await this.#file.append(record.seal(this.#active.segmentId, this.#sequence));
    this.#sequence += 1;
    await this.#file.sync();
  }

  async rotate(start: SegmentStart, snapshot: readonly Uint8Array[]): Promise<void> {
    const number = this.#active.number + 1;
    const active = await Journal.create(this.#disk, this.#directory, number, start, snapshot);
    const previous = this.#file;
    this.#file = await this.#disk.openAppend(`${this.#directory}/${formatSegmentName(number)}`);
    this.#active = active;
    this.#sequence = active.nextSequence;
    this.#segments = [...this.#segments, { number, startSize: start.edge.size }];
    await previous.close();
  }

  /** Whether there is a segment all of whose leaves stand in a tree of `size`. */
  mayRemoveBefore(size: number): boolean {
    return (this.#segments[1]?.startSize ?? Number.POSITIVE_INFINITY) <= size;
  }

  /** Removes segments all of whose leaves stand in synced tiles of a tree of `size`. */
  async removeBefore(size: number): Promise<number> {
    let removed = 0;
    while (this.mayRemoveBefore(size)) {
      await this.#disk.remove(`${this.#directory}/${formatSegmentName((this.#segments[0] as SegmentPlace).number)}`);
      this.#segments = this.#segments.slice(1);
      removed += 1;
    }
    return removed;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
