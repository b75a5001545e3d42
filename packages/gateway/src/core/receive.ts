/**
 * The provider's side of an exchange (PROTOCOL 11, 12, 16): check, make durable, forward, check again, filter,
 * append the answer, and only then let it leave. Reads from top to bottom in the order in which it happens.
 */
import type { EvidenceLog } from '@minben/evidence';
import {
  type ArrivedRequest,
  type CheckRefusal,
  forwardRequestHeaders,
  forwardResponseHeaders,
  type Here,
  inspectRequest,
  type RequestDetails,
  type RequestInspection,
  type RuleName,
} from '@minben/exchange';
import type { Clock, Random } from '@minben/ports';
import type { AdmissionBook } from './admission.ts';
import { type Answer, type AnswerMaker, type Asked, bareAnswer, type Released, type ReleaseGuard } from './answer.ts';
import type { IncomingRecord } from './incoming.ts';
import type { NotedLog } from './noted-log.ts';
import type { ReceivedNote } from './notes.ts';
import type { RegisterDoor } from './register-port.ts';
import type { RightsOfBundle } from './rights.ts';
import type { GateTicket, StatusGate } from './status-gate.ts';
import type { SubjectOpener } from './subjects.ts';

export interface ReceiverMeans {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: EvidenceLog;
  readonly journal: NotedLog;
  readonly gate: StatusGate;
  readonly book: AdmissionBook;
  readonly incoming: IncomingRecord;
  readonly answers: AnswerMaker;
  readonly register: RegisterDoor;
  readonly subjects: SubjectOpener;
  /** Undefined while there is no acceptable bundle. */
  here(): (Here & { readonly rights: RightsOfBundle }) | undefined;
  /** Counts a refusal; `isLogged` says whether it becomes an entry as well. */
  onRefused(rule: RuleName, peer: string | undefined, isLogged: boolean): void;
  /** Whether this peer's refusals still become entries, or are only counted. */
  mayLogRefusal(peer: string): boolean;
  /** A request passed every check and is about to be forwarded. */
  onReceived(note: ReceivedNote): void;
  /** An admitted request will have no answer. */
  onLost(entry: Buffer): void;
  /** A fault of the program itself; the caller only learns `internal-error`. */
  onBug(error: unknown): void;
  /** A reason not to take new work. */
  unwilling(): 'shutting-down' | 'overloaded' | undefined;
}

/** A request that passed every check: nothing in it is a guess any more. */
interface Accepted {
  readonly asked: Asked;
  readonly arrived: ArrivedRequest;
  readonly details: RequestDetails;
  readonly inspection: Required<Pick<RequestInspection, 'service' | 'agreement'>> & RequestInspection;
  readonly rights: RightsOfBundle;
  readonly isLasting: boolean;
}

export interface Receiver {
  /** Never rejects: whatever happens has an answer. */
  receive(arrived: ArrivedRequest): Promise<Answer>;
}

export function createReceiver(means: ReceiverMeans): Receiver {
  const { clock, random, log, journal, gate, book, incoming, answers, register, subjects } = means;

  const receive = async (arrived: ArrivedRequest): Promise<Answer> => {
    const here = means.here();
    if (here === undefined) return bare('bundle-unknown');
    const unwilling = means.unwilling();
    if (unwilling !== undefined) return bare(unwilling);
    if (log.state.name !== 'writable') return bare('evidence-unavailable');

    const inspection: RequestInspection = { arrived, here };
    const verdict = inspectRequest(inspection);
    const { details, entry, peer, service, agreement } = inspection;
    if (verdict !== undefined && !verdict.fromMember) return bare(verdict.refusal.rule);
    if (details === undefined || entry === undefined || peer === undefined)
      return bare(verdict?.refusal.rule ?? 'malformed-message', peer?.id);
    const asked: Asked = { id: details.id, entry, peer, isAdmitted: false };
    if (verdict !== undefined) return refuse(asked, verdict.refusal);
    if (service === undefined || agreement === undefined) return refuse(asked, { rule: 'no-agreement' });

    const admission = book.admit({
      details,
      entry: entry.toString('hex'),
      grant: inspection.grant,
      quotaPerDay: agreement.quotaPerDay,
      now: here.now,
      retrySeconds: here.bundle.bundle.policy.retrySeconds,
    });
    if (admission.kind === 'refused') return refuse(asked, { rule: admission.rule });
    if (admission.kind === 'recorded') return answerFromRecord(asked, admission.firstEntry, inspection);

    const accepted: Accepted = {
      asked: { ...asked, isAdmitted: true },
      arrived,
      details,
      inspection: { ...inspection, service, agreement },
      rights: here.rights,
      isLasting: admission.isLasting,
    };
    incoming.open(entry.toString('hex'), admission.isLasting, here.now);
    for (const count of admission.counts) journal.noteLazily({ type: 'count', ...count });
    try {
      return await forwardAndAnswer(accepted);
    } catch (error) {
      // The peer is told what became of it when it asks, and a retry is answered from the record.
      means.onLost(entry);
      means.onBug(error);
      return bare('outcome-unknown', peer.id);
    }
  };

  /** PROTOCOL 12: durable before it is forwarded; a safe, uncounted call may ride on its answer's sync. */
  const storeRequest = async ({ asked, arrived, inspection, isLasting }: Accepted): Promise<boolean> => {
    const checkpoint = arrived.head?.head.checkpoint ?? '';
    const grant = inspection.grant?.claims.jti;
    const received: ReceivedNote = {
      type: 'received',
      entry: asked.entry,
      peer: asked.peer.id,
      isLasting,
      request: { evidence: arrived.evidence, checkpoint },
      ...(grant === undefined ? {} : { grant }),
    };
    means.onReceived(received);
    if (!isLasting) {
      journal.noteLazily(received);
      return true;
    }
    return journal.note(received).then(
      () => true,
      () => false,
    );
  };

  const forwardAndAnswer = async (accepted: Accepted): Promise<Answer> => {
    const { asked, isLasting } = accepted;
    const working = storeRequest(accepted).then((stored) => (stored ? release(accepted) : undefined));
    if (isLasting) {
      // Kept from now on, so that a retry that comes while the call is under way waits for its answer.
      const kept = working.then(
        (result) => (result === undefined || 'refusal' in result ? undefined : result.released),
        () => undefined,
      );
      incoming.keepReleased(asked.entry.toString('hex'), kept);
    }
    const result = await working;
    // Nobody knows whether the note became durable: a restart may find it, so it is not as if nothing had happened.
    if (result === undefined) return bare('outcome-unknown', asked.peer.id);
    if ('refusal' in result) return refuse(asked, result.refusal);
    return answers.respond(asked, result.released, result.gate);
  };

  /** Asks the register and filters its answer, between two checks of the grant's status. */
  const release = async (
    accepted: Accepted,
  ): Promise<{ refusal: CheckRefusal } | { released: Released; gate?: ReleaseGuard }> => {
    const { details, arrived, inspection, rights } = accepted;
    const { grant, service, agreement } = inspection;
    const tolerance = service.policy.leaseMilliseconds;

    const early = grant === undefined ? refuseWithoutHub(accepted) : gate.check(grant.claims.status, tolerance);
    if (early !== undefined) return { refusal: { rule: early } };
    const subject = await subjects.open(accepted.inspection, details);
    if (!subject.ok) return { refusal: { rule: subject.error } };
    if (service.policy.headBeforeRelease && !(await isHeadProven(arrived)))
      return { refusal: { rule: 'head-not-consistent' } };

    const filter = rights.filterFor(agreement, inspection.allowed?.fields);
    const answer = await register.forward({
      service: service.id,
      method: details.method,
      path: details.path,
      headers: forwardRequestHeaders(arrived.headers),
      body: arrived.body,
      subject: subject.value,
      purpose: details.purpose,
      fields: filter.fields,
      messageId: details.id,
      client: details.from.client,
    });
    if (!answer.ok) return { refusal: { rule: answer.error } };

    const ticket = grant === undefined ? undefined : gate.enter(grant.claims.status, tolerance);
    if (typeof ticket === 'string') return { refusal: { rule: ticket } };
    const filtered = filter.apply(answer.value);
    if (!filtered.ok) {
      if (ticket !== undefined) gate.leave(ticket);
      return { refusal: { rule: filtered.error } };
    }
    const released: Released = {
      status: answer.value.status,
      headers: forwardResponseHeaders(answer.value.headers, filter.fields !== 'whole-document'),
      body: filtered.value.body,
      fields: filtered.value.released,
      statusVersion: ticket?.version ?? 0,
    };
    if (ticket === undefined) return { released };
    return { released, gate: guard(ticket) };
  };

  /** The last look at the lease, right before the first byte, and the end of the ticket. */
  const guard = (ticket: GateTicket): ReleaseGuard => ({
    release: () => {
      const refusal = gate.recheck(ticket);
      return refusal === undefined ? undefined : { rule: refusal };
    },
    left: () => gate.leave(ticket),
  });

  /** A retry of a call that must not be repeated gets what the first one got, if the grant still stands. */
  const answerFromRecord = async (
    asked: Asked,
    firstEntry: string,
    { grant, service }: RequestInspection,
  ): Promise<Answer> => {
    const released = await incoming.released(firstEntry);
    if (released === undefined) {
      return refuse(asked, { rule: incoming.find(firstEntry) === 'unknown' ? 'outcome-unknown' : 'outcome-recorded' });
    }
    if (grant === undefined) return answers.respond(asked, released);
    const ticket = gate.enter(grant.claims.status, service?.policy.leaseMilliseconds ?? 0);
    return typeof ticket === 'string'
      ? refuse(asked, { rule: ticket })
      : answers.respond(asked, released, guard(ticket));
  };

  /** A statutory agreement goes on without the hub for as long as its dataset allows (PROTOCOL 16). */
  const refuseWithoutHub = ({ inspection }: Accepted): RuleName | undefined => {
    return gate.hubSilentMs() > inspection.service.policy.withoutHubSeconds * 1000 ? 'lease-lapsed' : undefined;
  };

  const isHeadProven = async ({ head }: ArrivedRequest): Promise<boolean> => {
    while (head !== undefined && head.standing() === 'pending')
      await new Promise<void>((resolve) => clock.after(50, resolve));
    return head?.standing() === 'consistent';
  };

  /** What was admitted always has an entry for its end; other refusals up to a rate. */
  const refuse = (asked: Asked, refusal: CheckRefusal): Promise<Answer> => {
    const isLogged = asked.isAdmitted || means.mayLogRefusal(asked.peer.id);
    means.onRefused(refusal.rule, asked.peer.id, isLogged);
    return isLogged ? answers.refuse(asked, refusal) : Promise.resolve(bareAnswer(refusal.rule, random));
  };

  const bare = (rule: RuleName, peer?: string): Answer => {
    means.onRefused(rule, peer, false);
    return bareAnswer(rule, random);
  };

  return {
    receive: (arrived) =>
      receive(arrived).catch((error: unknown) => {
        means.onBug(error);
        return bare('internal-error');
      }),
  };
}
