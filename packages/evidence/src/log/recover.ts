/**
 * Opens what a former process left. The journal is believed only as a whole: every record of every
 * segment is good, segments continue one another, and the newest head is signed and is the root of the
 * leaves. Only the last record of the last segment may be bad (a torn write that nobody was told of).
 */
import type { Disk, Logger } from '@minben/ports';
import type { SignedHead } from '../contract.ts';
import { EMPTY_ROOT, sameHash, type TileSource, TileTree } from '../merkle/index.ts';
import {
  formatCheckpoint,
  formatCheckpointText,
  type VerifierKey,
  verifyCheckpoint,
  verifyEd25519,
} from '../note/index.ts';
import { type ActiveSegment, Journal, type SegmentPlace } from './journal.ts';
import { readItems } from './record.ts';
import { LogRefusal } from './refusal.ts';
import { formatSegmentName, parseSegmentName, type ScannedSegment, scanSegment } from './segment.ts';

export interface Recovered {
  readonly tree: TileTree;
  readonly head: SignedHead;
  readonly signature: Uint8Array;
  readonly segments: readonly SegmentPlace[];
  readonly active: ActiveSegment;
  /** Leaves that the published checkpoint covers, and its text; nothing at or below it need be published again. */
  readonly published: SignedHead | undefined;
  /** Size from which tiles must be written when nothing verifiable is published. */
  readonly oldest: number;
  /** Private notes in order, with the index of the entry they came with. */
  readonly notes: Iterable<{ readonly note: Uint8Array; readonly index: number | undefined }>;
}

export interface RecoverOptions {
  readonly disk: Disk;
  readonly directory: string;
  readonly key: VerifierKey;
  readonly sign: (text: Uint8Array) => Uint8Array | Promise<Uint8Array>;
  readonly tileSource: TileSource;
  readonly logger: Logger;
}

/** Rejects with LogRefusal `corrupt`; then nothing on the disk was changed. */
export async function recover(options: RecoverOptions): Promise<Recovered> {
  const { disk, directory, key, logger } = options;
  await disk.makeDirectory(`${directory}/journal`);
  const published = await readPublished(options);
  const numbers = (await disk.list(`${directory}/journal`))
    .map(parseSegmentName)
    .filter((number) => number !== undefined);
  const last = numbers.at(-1);
  if (last === undefined) {
    if (published !== undefined && published.size > 0) throw new LogRefusal('corrupt', 'published but no journal');
    return await beginNew(options);
  }
  // The newest run without a gap: removal of older segments may have been undone in any order.
  let first = numbers.length - 1;
  while (first > 0 && numbers[first - 1] === (numbers[first] as number) - 1) first -= 1;
  let tree: TileTree | undefined;
  let segment: ScannedSegment | undefined;
  let bytes: Buffer | undefined;
  let signature: Uint8Array = new Uint8Array(64);
  const segments: SegmentPlace[] = [];
  for (const number of numbers.slice(first)) {
    const name = formatSegmentName(number);
    bytes = await disk.read(`${directory}/journal/${name}`);
    const scanned = bytes === undefined ? 'missing' : scanSegment(bytes);
    if (typeof scanned === 'string') throw new LogRefusal('corrupt', `${name}: ${scanned}`);
    if (scanned.tornBytes > 0 && number !== last) throw new LogRefusal('corrupt', `${name}: torn but not the last`);
    if (scanned.head.number !== number || scanned.head.origin !== key.name)
      throw new LogRefusal('corrupt', `${name}: of another log`);
    tree ??= resumeTree(scanned, options.tileSource, name);
    if (scanned.head.edge.size !== tree.size || !sameHash(scanned.head.root, tree.edge().root)) {
      throw new LogRefusal('corrupt', `${name}: does not continue its predecessor`);
    }
    segments.push({ number, startSize: tree.size });
    signature = appendBatches(tree, scanned, name);
    const text = formatCheckpointText(key.name, tree.size, tree.edge().root);
    if (!verifyEd25519(key, Buffer.from(text), signature))
      throw new LogRefusal('corrupt', `${name}: head not signed by this log's key`);
    segment = scanned;
  }
  if (tree === undefined || segment === undefined || bytes === undefined) throw new Error('a journal without segments');
  const head = signedHead(tree, key, signature);
  const oldest = segments[0]?.startSize as number;
  await checkPublished(published, tree, oldest);
  if (segment.tornBytes > 0)
    logger('warn', 'torn-tail-truncated', { segment: last, bytes: segment.tornBytes, size: head.size });
  // Pages whose sync failed may still look written; only what this process writes and syncs itself is trusted.
  await disk.writeAtomically(`${directory}/journal/${formatSegmentName(last)}`, bytes.subarray(0, segment.goodBytes));
  for (const number of numbers.slice(0, first)) await disk.remove(`${directory}/journal/${formatSegmentName(number)}`);
  const startBytes = segment.snapshot.at(-1)?.end ?? segment.batches[0]?.end ?? segment.goodBytes;
  const nextSequence = 1 + segment.snapshot.length + segment.batches.length;
  const active = { number: last, segmentId: Buffer.from(segment.segmentId), nextSequence, startBytes };
  return { tree, head, signature, segments, active, published, oldest, notes: notesOf(segment) };
}

async function beginNew(options: RecoverOptions): Promise<Recovered> {
  const { disk, directory, key } = options;
  const tree = new TileTree(options.tileSource);
  const signature = await options.sign(Buffer.from(formatCheckpointText(key.name, 0, EMPTY_ROOT)));
  const start = { origin: key.name, edge: tree.edgeAt(0), root: EMPTY_ROOT, signature };
  const active = await Journal.create(disk, `${directory}/journal`, 1, start, []);
  const segments = [{ number: 1, startSize: 0 }];
  return {
    tree,
    head: signedHead(tree, key, signature),
    signature,
    segments,
    active,
    published: undefined,
    oldest: 0,
    notes: [],
  };
}

function signedHead(tree: TileTree, key: VerifierKey, signature: Uint8Array): SignedHead {
  const { size, root } = tree.edge();
  return { origin: key.name, size, root, checkpoint: formatCheckpoint(key.name, size, root, key.keyId, signature) };
}

function resumeTree(segment: ScannedSegment, source: TileSource, name: string): TileTree {
  try {
    return new TileTree(source, { from: segment.head.edge });
  } catch (error) {
    throw new LogRefusal('corrupt', `${name}: bad-tree-edge`, { cause: error });
  }
}

function appendBatches(tree: TileTree, segment: ScannedSegment, name: string): Uint8Array {
  let signature = segment.head.signature;
  for (const batch of segment.batches) {
    let signedSize: number | undefined;
    const before = tree.size;
    for (const item of readItems(batch.payload)) {
      if (item.name === 'entry') tree.append(item.entry);
      else if (item.name === 'head') {
        signedSize = item.size;
        signature = Buffer.from(item.signature);
      }
    }
    if (tree.size > before && signedSize !== tree.size)
      throw new LogRefusal('corrupt', `${name}: a batch without its head`);
  }
  return signature;
}

function* notesOf(segment: ScannedSegment): Generator<{ note: Uint8Array; index: number | undefined }> {
  let index = segment.head.edge.size;
  for (const record of [...segment.snapshot, ...segment.batches]) {
    for (const item of readItems(record.payload)) {
      if (item.name === 'note') yield { note: Buffer.from(item.note), index: undefined };
      if (item.name === 'entry' && item.note !== undefined) yield { note: Buffer.from(item.note), index };
      if (item.name === 'entry') index += 1;
    }
  }
}

async function readPublished({ disk, directory, key, logger }: RecoverOptions): Promise<SignedHead | undefined> {
  const bytes = await disk.read(`${directory}/public/checkpoint`);
  if (bytes === undefined) return undefined;
  const verified = verifyCheckpoint(bytes.toString(), key);
  if (verified.ok) return verified.value;
  // It is derived: the journal decides, and the next publication replaces it.
  logger('error', 'published-checkpoint-damaged', { reason: verified.error });
  return undefined;
}

/** A checkpoint only ever leaves after its batch was durable, so the journal may never be behind it. */
async function checkPublished(published: SignedHead | undefined, tree: TileTree, oldest: number): Promise<void> {
  if (published === undefined) return;
  if (published.size > tree.size) throw new LogRefusal('corrupt', 'the journal ends before the published head');
  if (published.size < oldest) throw new LogRefusal('corrupt', 'a segment after the published head is missing');
  const root = await tree.rootAt(published.size);
  if (!sameHash(root, published.root)) throw new LogRefusal('corrupt', 'the published head is of another tree');
}
