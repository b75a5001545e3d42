/** I5: every request that was sent, and every one that was received, ends in exactly one durable outcome, and both sides tell the same. */
import type { Note } from '@minben/gateway';
import type { Ledger } from '../ledger.ts';
import { HOUSEHOLD, SPARE } from '../nation.ts';
import type { Processes } from '../processes.ts';

const MACHINE_OF: Readonly<Record<string, string>> = { [HOUSEHOLD.gateway]: 'household', [SPARE.gateway]: 'spare' };

type Of<Type extends Note['type']> = Extract<Note, { type: Type }>;

/** What a provider's journal says of one request. */
interface Received {
  note?: Of<'received'>;
  readonly answers: Of<'answered'>[];
  /** Answers without admission: refusals, and repeated answers from the record to a retry. */
  readonly refusals: Of<'answered'>[];
  lost: number;
}

export function checkOutcomes(ledger: Ledger, processes: Processes): string[] {
  const broken: string[] = [];
  const providers = new Map([...Object.values(MACHINE_OF)].map((machine) => [machine, readReceived(ledger, machine)]));
  for (const [machine, received] of providers) broken.push(...checkReceived(machine, received));
  const ended = new Map<string, Of<'ended'>[]>();
  const sent: Of<'sent'>[] = [];
  for (const { note } of ledger.taps.get('city')?.notes ?? []) {
    if (note.type === 'sent') sent.push(note);
    if (note.type === 'ended') ended.set(hex(note.entry), [...(ended.get(hex(note.entry)) ?? []), note]);
  }
  const open = processes.city.current?.core.outgoing.open() ?? [];
  for (const { id } of open) broken.push(`I5 city never settled ${id.slice(-6)}`);
  for (const { entry, id, peer } of sent) {
    const name = `${id.slice(-6)} (${hex(entry).slice(0, 8)})`;
    const outcomes = ended.get(hex(entry)) ?? [];
    if (outcomes.length !== 1)
      broken.push(`I5 ${name} ended ${outcomes.length} times: ${outcomes.map(({ outcome }) => outcome).join(' ')}`);
    const [end] = outcomes;
    const there = providers.get(MACHINE_OF[peer] ?? '')?.get(hex(entry));
    if (end !== undefined && !agree(end, there))
      broken.push(`I5 ${name} ended as ${end.outcome}, but ${MACHINE_OF[peer]} says ${describe(there)}`);
  }
  return broken;
}

function readReceived(ledger: Ledger, machine: string): Map<string, Received> {
  const all = new Map<string, Received>();
  const of = (entry: Buffer): Received => {
    const found = all.get(hex(entry)) ?? { answers: [], refusals: [], lost: 0 };
    all.set(hex(entry), found);
    return found;
  };
  for (const { note } of ledger.taps.get(machine)?.notes ?? []) {
    if (note.type === 'received') of(note.entry).note = note;
    if (note.type === 'answered' && note.isAdmitted) of(note.entry).answers.push(note);
    if (note.type === 'answered' && !note.isAdmitted) of(note.entry).refusals.push(note);
    if (note.type === 'lost') of(note.entry).lost += 1;
  }
  return all;
}

/** Answered once, or lost once; an answer may be followed by the entry that it was withheld. */
function checkReceived(machine: string, received: ReadonlyMap<string, Received>): string[] {
  const broken: string[] = [];
  for (const [entry, there] of received) {
    const { answers, lost } = there;
    if (there.note === undefined && answers.length + lost === 0) continue;
    const kinds = answers.map(({ kind }) => kind).join(' ');
    const isOne =
      (kinds === '' && lost === 1) || (lost === 0 && ['response', 'refusal', 'response withheld'].includes(kinds));
    if (!isOne) broken.push(`I5 ${machine} ended ${entry.slice(0, 8)} as ${describe(there)}`);
  }
  return broken;
}

function agree({ outcome, answer }: Of<'ended'>, there: Received | undefined): boolean {
  const said = [...(there?.answers.slice(-1) ?? []), ...(there?.refusals ?? [])];
  const last = said.find(
    ({ details }) => answer !== undefined && Buffer.from(answer.evidence.details).equals(Buffer.from(details)),
  );
  const hasProof = last !== undefined;
  switch (outcome) {
    case 'delivered':
      return hasProof && last.kind === 'response';
    case 'withheld':
      return hasProof && last.kind === 'withheld';
    case 'refused':
      // A bare refusal stands in no log; an entry of it may have survived a crash.
      return answer === undefined ? wasNeverTaken(there) : hasProof && last.kind === 'refusal';
    case 'unknown':
      return there !== undefined && (there.lost > 0 || hasProof);
    case 'not-sent':
      return wasNeverTaken(there);
  }
}

/** Whatever came late was refused without ever being stored as a request. */
function wasNeverTaken(there: Received | undefined): boolean {
  return there === undefined || (there.note === undefined && there.answers.length === 0 && there.lost === 0);
}

function describe(there: Received | undefined): string {
  if (there === undefined) return 'nothing';
  return [
    there.note === undefined ? '' : 'received',
    ...there.answers.map(({ kind }) => kind),
    ...Array(there.lost).fill('lost'),
  ]
    .join(' ')
    .trim();
}

function hex(entry: Uint8Array): string {
  return Buffer.from(entry).toString('hex');
}
