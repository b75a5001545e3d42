/**
 * The frames of the binding `t-road/1` (PROTOCOL 9): four bytes of length, one of type, then the fields.
 * One mutual-TLS stream carries many messages; a head frame goes before the first message that refers to it.
 */
import type { HeaderList } from '@minben/ports';
import { ByteReader, ByteWriter, MalformedBytes } from './bytes.ts';

/** ALPN name of the binding. */
export const FRAMED_PROTOCOL = 't-road/1';
/** Largest frame: a body of 1 MiB, headers of 12 KiB, details and proof. */
export const MAXIMUM_FRAME = 1_048_576 + 65_536;

/** Evidence as it travels: what opens the commitment, and where the entry stands in the tree of `size`. */
export interface WireEvidence {
  readonly kind: string;
  readonly salt: Uint8Array;
  readonly details: Uint8Array;
  readonly index: number;
  /** Size of the tree whose head was announced before on this stream. */
  readonly size: number;
  readonly path: readonly Uint8Array[];
}

export interface HeadFrame {
  readonly type: 'head';
  /** Signed note, C2SP tlog-checkpoint. */
  readonly checkpoint: string;
  /** Consistency path from the head of this size (known to the receiver); 0 with an empty path when none is carried. */
  readonly from: number;
  readonly path: readonly Uint8Array[];
}

/** The largest head of the receiver of this frame that its sender holds; size 0 for none. */
export interface KnownFrame {
  readonly type: 'known';
  readonly size: number;
}

export interface RequestFrame {
  readonly type: 'request';
  readonly exchange: number;
  readonly evidence: WireEvidence;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
}

export interface ResponseFrame {
  readonly type: 'response';
  readonly exchange: number;
  readonly evidence: WireEvidence;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
}

/** A refusal that stands in no log: before membership is known, or while the log refuses to write. */
export interface BareRefusalFrame {
  readonly type: 'bare-refusal';
  readonly exchange: number;
  readonly rule: string;
  readonly logId: string;
}

/** Asks what became of the request with this entry (PROTOCOL 10). */
export interface AskFrame {
  readonly type: 'ask';
  readonly exchange: number;
  readonly entry: Uint8Array;
}

export type ToldState = 'not-received' | 'open' | 'unknown' | 'answered';

export interface ToldFrame {
  readonly type: 'told';
  readonly exchange: number;
  readonly state: ToldState;
  /** Present when answered: the evidence of the answer, without its body. */
  readonly evidence?: WireEvidence;
}

/** No new request on this stream; those in flight are still answered. */
export interface GoAwayFrame {
  readonly type: 'go-away';
}

export type Frame =
  | HeadFrame
  | KnownFrame
  | RequestFrame
  | ResponseFrame
  | BareRefusalFrame
  | AskFrame
  | ToldFrame
  | GoAwayFrame;

const TYPES = ['head', 'known', 'request', 'response', 'bare-refusal', 'ask', 'told', 'go-away'] as const;
const TOLD_STATES = ['not-received', 'open', 'unknown', 'answered'] as const;

const writer = new ByteWriter(16_384);

/** The frame's bytes, length included. */
export function encodeFrame(frame: Frame): Buffer {
  writer
    .reset()
    .u32(0)
    .u8(TYPES.indexOf(frame.type) + 1);
  switch (frame.type) {
    case 'head':
      writer.text(frame.checkpoint).u64(frame.from).hashes(frame.path);
      break;
    case 'known':
      writer.u64(frame.size);
      break;
    case 'request':
    case 'response':
      writer.u32(frame.exchange);
      writeEvidence(writer, frame.evidence);
      writeHeaders(writer, frame.headers);
      writer.block(frame.body);
      break;
    case 'bare-refusal':
      writer.u32(frame.exchange).text(frame.rule).text(frame.logId);
      break;
    case 'ask':
      writer.u32(frame.exchange).bytes(frame.entry);
      break;
    case 'told':
      writer.u32(frame.exchange).u8(TOLD_STATES.indexOf(frame.state));
      writer.u8(frame.evidence === undefined ? 0 : 1);
      if (frame.evidence !== undefined) writeEvidence(writer, frame.evidence);
      break;
    case 'go-away':
      break;
  }
  const bytes = writer.take();
  bytes.writeUInt32BE(bytes.length - 4, 0);
  return bytes;
}

/** Decodes the bytes behind the length. Throws MalformedBytes for anything that `encodeFrame` would not have written. */
export function decodeFrame(payload: Buffer): Frame {
  const reader = new ByteReader(payload);
  const type = TYPES[reader.u8() - 1];
  const frame = readFields(type, reader);
  reader.end();
  return frame;
}

function readFields(type: (typeof TYPES)[number] | undefined, reader: ByteReader): Frame {
  switch (type) {
    case 'head':
      return { type, checkpoint: reader.text(), from: reader.u64(), path: reader.hashes() };
    case 'known':
      return { type, size: reader.u64() };
    case 'request':
    case 'response':
      return {
        type,
        exchange: reader.u32(),
        evidence: readEvidence(reader),
        headers: readHeaders(reader),
        body: reader.block(),
      };
    case 'bare-refusal':
      return { type, exchange: reader.u32(), rule: reader.text(), logId: reader.text() };
    case 'ask':
      return { type, exchange: reader.u32(), entry: reader.bytes(32) };
    case 'told': {
      const exchange = reader.u32();
      const state = TOLD_STATES[reader.u8()];
      if (state === undefined) throw new MalformedBytes('unknown state');
      return reader.u8() === 1 ? { type, exchange, state, evidence: readEvidence(reader) } : { type, exchange, state };
    }
    case 'go-away':
      return { type };
    case undefined:
      throw new MalformedBytes('unknown frame type');
  }
}

export function writeEvidence(out: ByteWriter, evidence: WireEvidence): void {
  out
    .text(evidence.kind)
    .bytes(evidence.salt)
    .block(evidence.details)
    .u64(evidence.index)
    .u64(evidence.size)
    .hashes(evidence.path);
}

export function readEvidence(reader: ByteReader): WireEvidence {
  return {
    kind: reader.text(),
    salt: reader.bytes(32),
    details: reader.block(),
    index: reader.u64(),
    size: reader.u64(),
    path: reader.hashes(),
  };
}

function writeHeaders(out: ByteWriter, headers: HeaderList): void {
  out.u16(headers.length);
  for (const [name, value] of headers) out.latin(name).latin(value);
}

function readHeaders(reader: ByteReader): HeaderList {
  const count = reader.u16();
  const headers: [string, string][] = [];
  for (let i = 0; i < count; i++) headers.push([reader.latin(), reader.latin()]);
  return headers;
}

/** Cuts a stream of bytes into frames. Throws MalformedBytes on a frame that is too long or not a frame. */
export class FrameReader {
  #rest: Buffer | undefined;

  push(chunk: Buffer, onFrame: (frame: Frame) => void): void {
    let buffer = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = undefined;
    while (buffer.length >= 4) {
      const length = buffer.readUInt32BE(0);
      if (length > MAXIMUM_FRAME) throw new MalformedBytes('frame too long');
      if (buffer.length < 4 + length) break;
      onFrame(decodeFrame(buffer.subarray(4, 4 + length)));
      buffer = buffer.subarray(4 + length);
    }
    if (buffer.length > 0) this.#rest = buffer;
  }
}
