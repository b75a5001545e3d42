/** What a note of the journal says about an exchange. */
import type { Note } from '../core/notes.ts';
import type { ExchangeParts, IndexedEvidence, PlacedNote } from './model.ts';

export type ExchangeNote = Extract<Note, { type: 'sent' | 'received' | 'ended' | 'answered' | 'lost' }>;

export function speaksOfExchange(note: Note): note is ExchangeNote {
  return ['sent', 'received', 'ended', 'answered', 'lost'].includes(note.type);
}

/** What the notes of one exchange tell together, the later ones over the earlier. */
export function readNotes(notes: readonly PlacedNote[]): ExchangeParts {
  return Object.assign({}, ...notes.map(readNote)) as ExchangeParts;
}

function readNote({ note, index }: PlacedNote): Partial<ExchangeParts> {
  switch (note.type) {
    case 'sent': {
      const { id, sender, since } = readDetails(note.details);
      const request = ownEvidence('request', note, index ?? note.index);
      return {
        entry: hex(note.entry),
        begun: { messageId: id, direction: 'sent', peer: note.peer, sender, since, request },
      };
    }
    case 'received': {
      const { id, sender, since } = readDetails(note.request.evidence.details);
      const { peer, request } = note;
      return { entry: hex(note.entry), begun: { messageId: id, direction: 'received', peer, sender, since, request } };
    }
    case 'ended':
      return {
        entry: hex(note.entry),
        outcome: note.outcome,
        ...(note.answer === undefined ? {} : { answer: note.answer }),
      };
    case 'answered':
      // A refusal before admission, of an entry sent twice perhaps: no end of what was received.
      if (!note.isAdmitted) return { entry: hex(note.entry) };
      return {
        entry: hex(note.entry),
        outcome: outcomeOf(note),
        answer: ownEvidence(note.kind, note, index ?? note.index),
      };
    case 'lost':
      return { entry: hex(note.entry), outcome: 'lost' };
    default:
      return {};
  }
}

function outcomeOf({ kind }: Extract<Note, { type: 'answered' }>): 'delivered' | 'refused' | 'withheld' {
  if (kind === 'refusal') return 'refused';
  return kind === 'withheld' ? 'withheld' : 'delivered';
}

function ownEvidence(
  kind: string,
  { salt, details }: { salt: Uint8Array; details: Uint8Array },
  index = 0,
): IndexedEvidence {
  return { evidence: { kind, salt, details, index, size: 0, path: [] }, checkpoint: '' };
}

/** Details in the journal were written or checked by this gateway: they are canonical and complete. */
function readDetails(details: Uint8Array): { id: string; sender: string; since: number } {
  const text = Buffer.from(details.buffer, details.byteOffset, details.byteLength).toString('utf8');
  const { id, from, iat } = JSON.parse(text) as { id: string; from: { member: string }; iat: number };
  return { id, sender: from.member, since: iat };
}

function hex(entry: Buffer): string {
  return entry.toString('hex');
}
