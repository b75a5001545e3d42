/** What a note of the journal says about an exchange. */
import type { Note } from '../core/notes.ts';
import type { ExchangeParts, IndexedEvidence, PlacedNote } from './model.ts';

/** The part that a note adds, or undefined for notes that speak of no exchange. */
export function readNote({ note, index }: PlacedNote): ExchangeParts | undefined {
  switch (note.type) {
    case 'sent': {
      const { id, sender, since } = readDetails(note.details);
      const request = ownEvidence('request', note, index);
      return {
        entry: hex(note.entry),
        begun: { messageId: id, direction: 'sent', peer: note.peer, sender, since, request },
      };
    }
    case 'received': {
      const { id, sender, since } = readDetails(note.request.evidence.details);
      const begun = {
        messageId: id,
        direction: 'received',
        peer: note.peer,
        sender,
        since,
        request: note.request,
      } as const;
      return { entry: hex(note.entry), begun };
    }
    case 'ended':
      return {
        entry: hex(note.entry),
        outcome: note.outcome,
        ...(note.answer === undefined ? {} : { answer: note.answer }),
      };
    case 'answered':
      return { entry: hex(note.entry), outcome: outcomeOf(note), answer: ownEvidence(note.kind, note, index) };
    case 'lost':
      return { entry: hex(note.entry), outcome: 'lost' };
    default:
      return undefined;
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
