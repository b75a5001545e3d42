/**
 * The private notes in a gateway's journal: what it must know again after a restart, and the evidence from which
 * receipts are made. They ride in the same batches as the log's entries, so state and evidence share one sync.
 */
import {
  ByteReader,
  ByteWriter,
  MalformedBytes,
  readEvidence,
  type WireEvidence,
  writeEvidence,
} from '@minben/exchange';

/** How a request ended at one side (PROTOCOL 10). */
export type ExchangeOutcome = 'delivered' | 'refused' | 'not-sent' | 'unknown' | 'withheld';

/** A request that this gateway is about to send. */
export interface SentNote {
  readonly type: 'sent';
  readonly entry: Buffer;
  readonly id: string;
  readonly peer: string;
  readonly salt: Uint8Array;
  readonly details: Uint8Array;
  /** Index of the entry in this log; in a snapshot only, else the journal tells it. */
  readonly index?: number;
}

/** How a sent request ended, with the peer's evidence if there was any. */
export interface EndedNote {
  readonly type: 'ended';
  readonly entry: Buffer;
  readonly outcome: ExchangeOutcome;
  readonly answer?: PeerEvidence;
}

/** Evidence of a peer with the checkpoint its proof leads to. */
export interface PeerEvidence {
  readonly evidence: WireEvidence;
  readonly checkpoint: string;
}

/** A request that passed every check here, with the sender's proof. */
export interface ReceivedNote {
  readonly type: 'received';
  readonly entry: Buffer;
  readonly peer: string;
  /** Whether its outcome must be remembered for a retry (unsafe method, or counted uses). */
  readonly isLasting: boolean;
  readonly request: PeerEvidence;
  /** The grant whose use it consumed. */
  readonly grant?: string;
}

/** The answer that was made to a received request: its own entry stands in this log. */
export interface AnsweredNote {
  readonly type: 'answered';
  readonly entry: Buffer;
  readonly answerEntry: Buffer;
  readonly kind: string;
  /**
   * Whether the request had passed every check. A refusal that came before is no end of a request with the same entry
   * that was admitted: whoever sends an entry again changes nothing of what became of it.
   */
  readonly isAdmitted: boolean;
  readonly salt: Uint8Array;
  readonly details: Uint8Array;
  /** As in a SentNote. */
  readonly index?: number;
}

/** A received request whose answer never came about: the process ended in between. */
export interface LostNote {
  readonly type: 'lost';
  readonly entry: Buffer;
}

export interface HeadNote {
  readonly type: 'head';
  readonly origin: string;
  readonly checkpoint: string;
}

/** A head on which a message was accepted and whose proof is still owed; in a snapshot only. */
export interface HeardNote {
  readonly type: 'heard';
  readonly origin: string;
  readonly checkpoint: string;
}

export interface ConflictNote {
  readonly type: 'conflict';
  readonly origin: string;
  readonly first: string;
  readonly second: string;
}

export interface StatusNote {
  readonly type: 'status';
  readonly version: number;
  readonly withdrawn: readonly number[];
}

/** Uses of counted grants and of daily quotas, as counted so far. */
export interface CountNote {
  readonly type: 'count';
  readonly subject: string;
  readonly count: number;
}

/** A message id whose call must not be repeated and may have been carried out by this gateway alone; in a snapshot only. */
export interface BoundNote {
  readonly type: 'bound';
  readonly id: string;
  /** Gateway id of the peer. */
  readonly peer: string;
  /** Seconds since the epoch. */
  readonly since: number;
}

/** Safe requests of this gateway that were made at `iat` or before are known no more, and none of them is new; in a snapshot only. */
export interface FloorNote {
  readonly type: 'floor';
  readonly gateway: string;
  /** Seconds since the epoch. */
  readonly iat: number;
}

export type Note =
  | SentNote
  | EndedNote
  | ReceivedNote
  | AnsweredNote
  | LostNote
  | HeadNote
  | ConflictNote
  | StatusNote
  | CountNote
  | BoundNote
  | FloorNote
  | HeardNote;

const TYPES = [
  'sent',
  'ended',
  'received',
  'answered',
  'lost',
  'head',
  'conflict',
  'status',
  'count',
  'bound',
  'floor',
  'heard',
] as const;
const OUTCOMES: readonly ExchangeOutcome[] = ['delivered', 'refused', 'not-sent', 'unknown', 'withheld'];
const writer = new ByteWriter(4096);

export function encodeNote(note: Note): Buffer {
  writer.reset().u8(TYPES.indexOf(note.type));
  switch (note.type) {
    case 'sent':
      writer.bytes(note.entry).text(note.id).text(note.peer).bytes(note.salt).block(note.details);
      writeIndex(note.index);
      break;
    case 'ended':
      writer.bytes(note.entry).u8(OUTCOMES.indexOf(note.outcome));
      writer.u8(note.answer === undefined ? 0 : 1);
      if (note.answer !== undefined) writePeerEvidence(note.answer);
      break;
    case 'received':
      writer
        .bytes(note.entry)
        .text(note.peer)
        .u8(note.isLasting ? 1 : 0)
        .text(note.grant ?? '');
      writePeerEvidence(note.request);
      break;
    case 'answered':
      writer
        .bytes(note.entry)
        .bytes(note.answerEntry)
        .text(note.kind)
        .u8(note.isAdmitted ? 1 : 0);
      writer.bytes(note.salt).block(note.details);
      writeIndex(note.index);
      break;
    case 'lost':
      writer.bytes(note.entry);
      break;
    case 'head':
    case 'heard':
      writer.text(note.origin).text(note.checkpoint);
      break;
    case 'conflict':
      writer.text(note.origin).text(note.first).text(note.second);
      break;
    case 'status':
      writer.u64(note.version).u32(note.withdrawn.length);
      for (const status of note.withdrawn) writer.u64(status);
      break;
    case 'count':
      writer.text(note.subject).u64(note.count);
      break;
    case 'floor':
      writer.text(note.gateway).u64(note.iat);
      break;
    case 'bound':
      writer.text(note.id).text(note.peer).u64(note.since);
      break;
  }
  return writer.take();
}

/** Throws MalformedBytes: the journal's checksum held, so a note that cannot be read is a bug or another version. */
export function decodeNote(bytes: Uint8Array): Note {
  const reader = new ByteReader(bytes);
  const note = readNote(TYPES[reader.u8()], reader);
  reader.end();
  return note;
}

function readNote(type: Note['type'] | undefined, reader: ByteReader): Note {
  switch (type) {
    case 'sent':
      return {
        type,
        entry: reader.bytes(32),
        id: reader.text(),
        peer: reader.text(),
        salt: reader.bytes(32),
        details: reader.block(),
        ...readIndex(reader),
      };
    case 'ended': {
      const entry = reader.bytes(32);
      const outcome = OUTCOMES[reader.u8()];
      if (outcome === undefined) throw new MalformedBytes('unknown outcome');
      return reader.u8() === 1 ? { type, entry, outcome, answer: readPeerEvidence(reader) } : { type, entry, outcome };
    }
    case 'received': {
      const head = { type, entry: reader.bytes(32), peer: reader.text(), isLasting: reader.u8() === 1 };
      const grant = reader.text();
      const request = readPeerEvidence(reader);
      return grant === '' ? { ...head, request } : { ...head, request, grant };
    }
    case 'answered':
      return {
        type,
        entry: reader.bytes(32),
        answerEntry: reader.bytes(32),
        kind: reader.text(),
        isAdmitted: reader.u8() === 1,
        salt: reader.bytes(32),
        details: reader.block(),
        ...readIndex(reader),
      };
    case 'lost':
      return { type, entry: reader.bytes(32) };
    case 'head':
      return { type, origin: reader.text(), checkpoint: reader.text() };
    case 'conflict':
      return { type, origin: reader.text(), first: reader.text(), second: reader.text() };
    case 'status': {
      const version = reader.u64();
      const withdrawn = Array.from({ length: reader.u32() }, () => reader.u64());
      return { type, version, withdrawn };
    }
    case 'count':
      return { type, subject: reader.text(), count: reader.u64() };
    case 'heard':
      return { type, origin: reader.text(), checkpoint: reader.text() };
    case 'floor':
      return { type, gateway: reader.text(), iat: reader.u64() };
    case 'bound':
      return { type, id: reader.text(), peer: reader.text(), since: reader.u64() };
    case undefined:
      throw new MalformedBytes('unknown note');
  }
}

/** Zero for none. */
function writeIndex(index: number | undefined): void {
  writer.u64(index === undefined ? 0 : index + 1);
}

function readIndex(reader: ByteReader): { index?: number } {
  const value = reader.u64();
  return value === 0 ? {} : { index: value - 1 };
}

function writePeerEvidence({ evidence, checkpoint }: PeerEvidence): void {
  writeEvidence(writer, evidence);
  writer.text(checkpoint);
}

function readPeerEvidence(reader: ByteReader): PeerEvidence {
  return { evidence: readEvidence(reader), checkpoint: reader.text() };
}
