/**
 * What a gateway knows across restarts, replayed from the notes in its journal, and written anew at the head of each
 * segment. Replaying a note over a state that already has it changes nothing.
 */
import { parseCheckpoint } from '@minben/evidence';
import { parseRequestDetails } from '@minben/exchange';
import type { AdmissionBook } from './admission.ts';
import type { HeadKeeper } from './heads.ts';
import type { IncomingRecord } from './incoming.ts';
import { type AnsweredNote, decodeNote, encodeNote, type LostNote, type Note, type ReceivedNote } from './notes.ts';
import type { OutgoingRecord } from './outgoing.ts';
import type { StatusGate } from './status-gate.ts';

export interface StateParts {
  readonly book: AdmissionBook;
  readonly incoming: IncomingRecord;
  readonly outgoing: OutgoingRecord;
  readonly heads: HeadKeeper;
  readonly gate: StatusGate;
  /** Every note, for the index that receipts are made from. */
  onNote(note: Note, index: number | undefined): void;
}

export interface GatewayState {
  replay(bytes: Uint8Array, index: number | undefined): void;
  snapshot(): readonly Uint8Array[];
  /** Keeps a request until it has its end; a lasting one, with its end, for as long as a retry may come. */
  keepReceived(note: ReceivedNote, now: number): void;
  keepAnswered(note: AnsweredNote): void;
  keepLost(entry: Buffer): void;
  forget(olderThan: number): void;
}

interface KeptNotes {
  readonly since: number;
  readonly received: ReceivedNote;
  end?: AnsweredNote | LostNote;
}

export function createGatewayState(parts: StateParts): GatewayState {
  const { book, incoming, outgoing, heads, gate } = parts;
  const keptNotes = new Map<string, KeptNotes>();

  // A safe call is kept as well while it is under way: a new segment must not forget that it owes an answer.
  const keepReceived = (note: ReceivedNote, now: number): void => {
    keptNotes.set(note.entry.toString('hex'), { since: now, received: note });
  };
  const keepEnd = (end: AnsweredNote | LostNote): void => {
    if (end.type === 'answered' && !end.isAdmitted) return;
    const entry = end.entry.toString('hex');
    const kept = keptNotes.get(entry);
    if (kept?.received.isLasting === true) kept.end = end;
    else keptNotes.delete(entry);
  };
  const keepLost = (entry: Buffer): void => keepEnd({ type: 'lost', entry });

  const apply = (note: Note, index: number | undefined): void => {
    switch (note.type) {
      case 'sent':
        outgoing.restoreSent(index === undefined ? note : { ...note, index });
        break;
      case 'ended':
        outgoing.restoreEnded(note);
        if (note.answer !== undefined) applyHeard(note.answer.checkpoint);
        break;
      case 'received':
        applyReceived(note);
        break;
      case 'answered':
        applyAnswered(note, note.index ?? index);
        break;
      case 'lost':
        incoming.lost(note.entry.toString('hex'));
        keepEnd(note);
        break;
      case 'head':
        applyHead(note.checkpoint);
        break;
      case 'conflict':
        heads.restoreConflict(note);
        break;
      case 'status':
        gate.restore(note.version, note.withdrawn);
        break;
      case 'count':
        book.restoreCount(note);
        break;
      case 'heard':
        applyHeard(note.checkpoint);
        break;
      case 'floor':
        book.restoreFloor(note);
        break;
      case 'bound':
        outgoing.restoreBound(note);
        break;
    }
  };

  const applyReceived = (note: ReceivedNote): void => {
    const details = parseRequestDetails(note.request.evidence.details);
    if (!details.ok) throw new Error('a stored request cannot be read');
    const entry = note.entry.toString('hex');
    book.restore(details.value, entry, note.isLasting);
    incoming.open(entry, note.isLasting, details.value.iat);
    keepReceived(note, details.value.iat);
    applyHeard(note.request.checkpoint);
  };

  const applyAnswered = (note: AnsweredNote, index: number | undefined): void => {
    if (index === undefined) return;
    const { kind, salt, details, isAdmitted } = note;
    incoming.answered(note.entry.toString('hex'), { kind, salt, details, index }, isAdmitted);
    keepEnd({ ...note, index });
  };

  /** A message was accepted on this head: its proof is still owed if the process ended before it came (PROTOCOL 13). */
  const applyHeard = (checkpoint: string): void => {
    const head = parseCheckpoint(checkpoint);
    if (head.ok) heads.observe({ ...head.value, checkpoint });
  };

  const applyHead = (checkpoint: string): void => {
    const head = parseCheckpoint(checkpoint);
    if (head.ok) heads.restoreHead({ ...head.value, checkpoint });
  };

  const notesOfState = function* (): Iterable<Note> {
    const status = gate.snapshot();
    yield { type: 'status', ...status };
    for (const origin of heads.origins()) {
      const head = heads.newest(origin);
      if (head !== undefined) yield { type: 'head', origin, checkpoint: head.checkpoint };
    }
    for (const { origin, checkpoint } of heads.pending()) yield { type: 'heard', origin, checkpoint };
    for (const conflict of heads.conflicts()) yield { type: 'conflict', ...conflict };
    for (const floor of book.newestSafe()) yield { type: 'floor', ...floor };
    for (const count of book.counts()) yield { type: 'count', ...count };
    yield* outgoing.notes();
    for (const { received, end } of keptNotes.values()) {
      yield received;
      if (end !== undefined) yield end;
    }
  };

  return {
    replay(bytes, index) {
      const note = decodeNote(bytes);
      apply(note, index);
      parts.onNote(note, index);
    },
    snapshot: () => [...notesOfState()].map(encodeNote),
    keepReceived,
    keepAnswered: keepEnd,
    keepLost,
    forget(olderThan) {
      for (const [entry, { since }] of keptNotes) if (since < olderThan) keptNotes.delete(entry);
    },
  };
}
