/**
 * The requests this gateway sent: each ends in exactly one durable outcome (PROTOCOL 10). What is open after a
 * restart or a break is settled with the peer, by entry.
 */
import { type ArrivedMessage, type BundleIndex, type CheckRefusal, parseRequestDetails } from '@minben/exchange';
import type { Clock } from '@minben/ports';
import type { PeerLink } from '../links/peer-link.ts';
import { isSafeMethod } from './admission.ts';
import { createBindings } from './bindings.ts';
import type { NotedLog } from './noted-log.ts';
import type { BoundNote, EndedNote, PeerEvidence, SentNote } from './notes.ts';

export interface OpenRequest {
  readonly entry: Buffer;
  readonly id: string;
  /** Gateway id of the peer. */
  readonly peer: string;
  readonly salt: Uint8Array;
  readonly details: Uint8Array;
  index?: number;
}

export interface OutgoingRecord {
  /**
   * The note that goes into the batch of the request's entry; the request is open from now on. One that must not be
   * repeated binds its message id to its peer.
   */
  begin(request: OpenRequest, mayRepeat: boolean): SentNote;
  /** The entry is durable at this index. */
  appended(entry: Buffer, index: number): void;
  /** Ends a request durably. */
  end(entry: Buffer, outcome: EndedNote['outcome'], answer?: PeerEvidence): Promise<void>;
  /** Ends a request; the note rides on the next sync. */
  endLazily(entry: Buffer, outcome: EndedNote['outcome'], answer?: PeerEvidence): void;
  restoreSent(note: SentNote): void;
  restoreEnded(note: EndedNote): void;
  restoreBound(note: BoundNote): void;
  open(): readonly OpenRequest[];
  /** The gateway that alone may be asked for this message id; undefined when any may. */
  boundTo(id: string): string | undefined;
  /** The open requests and the bound ids, for a snapshot. */
  notes(): readonly (SentNote | BoundNote)[];
  forget(olderThan: number): void;
}

export function createOutgoingRecord(log: NotedLog): OutgoingRecord {
  const open = new Map<string, OpenRequest>();
  const bindings = createBindings();

  const finish = (
    entry: Buffer,
    outcome: EndedNote['outcome'],
    answer: PeerEvidence | undefined,
  ): EndedNote | undefined => {
    // A request ends once: whoever comes second changes nothing.
    if (!open.delete(entry.toString('latin1'))) return undefined;
    bindings.ended(entry, outcome, answer !== undefined);
    return { type: 'ended', entry, outcome, ...(answer === undefined ? {} : { answer }) };
  };

  return {
    begin(request, mayRepeat) {
      open.set(request.entry.toString('latin1'), request);
      if (!mayRepeat) bindings.bind(request, timeOf(request));
      return { type: 'sent', ...request };
    },
    appended(entry, index) {
      const request = open.get(entry.toString('latin1'));
      if (request !== undefined) request.index = index;
    },
    async end(entry, outcome, answer) {
      const note = finish(entry, outcome, answer);
      if (note !== undefined) await log.note(note);
    },
    endLazily(entry, outcome, answer) {
      const note = finish(entry, outcome, answer);
      if (note !== undefined) log.noteLazily(note);
    },
    restoreSent(note) {
      open.set(note.entry.toString('latin1'), note);
      // Counted uses cannot be seen here, and need not be: their grant names one gateway only.
      if (!isSafe(note)) bindings.bind(note, timeOf(note));
    },
    restoreEnded({ entry, outcome, answer }) {
      open.delete(entry.toString('latin1'));
      bindings.ended(entry, outcome, answer !== undefined);
    },
    restoreBound: bindings.restore,
    open: () => [...open.values()],
    boundTo: bindings.peerOf,
    notes: () => [
      ...bindings.notes(),
      ...[...open.values()].map((request): SentNote => ({ ...request, type: 'sent' })),
    ],
    forget: bindings.forget,
  };
}

function isSafe({ details }: OpenRequest): boolean {
  const read = parseRequestDetails(details);
  return read.ok && isSafeMethod(read.value.method);
}

/** Seconds since the epoch. */
function timeOf({ details }: OpenRequest): number {
  const read = parseRequestDetails(details);
  return read.ok ? read.value.iat : 0;
}

export interface SettlerMeans {
  readonly clock: Clock;
  readonly outgoing: OutgoingRecord;
  readonly link: PeerLink;
  bundle(): BundleIndex | undefined;
  /** Checks the peer's evidence of an answer as if it had arrived with its body gone. */
  verify(
    request: OpenRequest,
    arrived: ArrivedMessage,
  ): { refusal: CheckRefusal } | { outcome: EndedNote['outcome']; answer: PeerEvidence };
}

const ASK_TIMEOUT_MS = 5_000;

/**
 * Asks peers what became of open requests, once. Those of unreachable peers, and those a peer still works on,
 * stay open for the next round. Resolves with the number settled.
 */
export async function settleOpenRequests(
  means: SettlerMeans,
  isSettlable: (request: OpenRequest) => boolean,
): Promise<number> {
  let settled = 0;
  for (const request of means.outgoing.open()) {
    if (!isSettlable(request)) continue;
    const peer = means.bundle()?.gateways.get(request.peer);
    if (peer === undefined) continue;
    const told = await means.link.ask(peer, request.entry, ASK_TIMEOUT_MS);
    if (told.state === 'unreachable' || told.state === 'open') continue;
    settled += 1;
    if (told.state === 'not-received') await means.outgoing.end(request.entry, 'not-sent');
    else if (told.state === 'unknown') await means.outgoing.end(request.entry, 'unknown');
    else if ('arrived' in told) {
      const verdict = means.verify(request, told.arrived);
      if ('refusal' in verdict) settled -= 1;
      else await means.outgoing.end(request.entry, verdict.outcome, verdict.answer);
    }
  }
  return settled;
}
