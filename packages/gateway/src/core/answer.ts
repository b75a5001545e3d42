/**
 * An answer is an entry first: it is appended to this gateway's log, durable, and only then handed to the door that
 * sends it (PROTOCOL 8, 12). Refusals towards members are entries too, up to a rate; beyond it they are counted.
 */
import { hash } from 'node:crypto';
import { type Appended, commit } from '@minben/evidence';
import {
  type CheckRefusal,
  describeRefusal,
  digestHeaders,
  type GatewayEntry,
  type Outcome,
  type ResponseDetails,
  type RuleName,
  writeResponseDetails,
} from '@minben/exchange';
import type { Clock, HeaderList, Random } from '@minben/ports';
import type { NotedLog } from './noted-log.ts';
import type { AnsweredNote } from './notes.ts';

export interface ProvenAnswer {
  readonly proven: true;
  readonly kind: 'response' | 'refusal' | 'withheld';
  readonly salt: Uint8Array;
  readonly details: Uint8Array;
  readonly appended: Appended;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  /** Asked by the door right before the first byte; a rule means that another answer must leave instead. */
  release(): CheckRefusal | undefined;
  /** Told by the door when the answer has left, or was replaced. */
  left(): void;
  /** The answer that leaves instead. */
  withhold(refusal: CheckRefusal): Promise<Answer>;
}

/** A refusal without an entry: to strangers, and when the log does not write. */
export interface BareAnswer {
  readonly proven: false;
  readonly rule: RuleName;
  readonly logId: string;
}

export type Answer = ProvenAnswer | BareAnswer;

/** What is released to the asker, before it has its entry. */
export interface Released {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  readonly fields: readonly string[] | 'whole-document';
  readonly statusVersion: number;
}

/** The status gate as an answer sees it: may it leave, and it has left. */
export interface ReleaseGuard {
  release(): CheckRefusal | undefined;
  left(): void;
}

/** The request that is answered. */
export interface Asked {
  readonly id: string;
  readonly entry: Buffer;
  readonly peer: GatewayEntry;
  /** It passed every check and may have had its effect: from here on nobody may say that nothing happened. */
  readonly isAdmitted: boolean;
}

export interface AnswerMeans {
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: NotedLog;
  self(): GatewayEntry;
  /** Remembers the answer for retries and for peers who ask what became of their request. */
  onAnswered(note: AnsweredNote & { readonly index: number }): void;
}

/** The evidence of an answer, without its body. */
export interface RecordedAnswer {
  readonly kind: string;
  readonly salt: Uint8Array;
  readonly details: Uint8Array;
  readonly index: number;
}

export interface AnswerMaker {
  respond(asked: Asked, released: Released, guard?: ReleaseGuard): Promise<Answer>;
  refuse(asked: Asked, refusal: CheckRefusal, statusVersion?: number): Promise<Answer>;
}

const NOTHING_TO_ASK: ReleaseGuard = { release: () => undefined, left: () => undefined };
const EMPTY_DIGEST = hash('sha256', '', 'hex');

export function bareAnswer(rule: RuleName, random: Random): BareAnswer {
  return { proven: false, rule, logId: random.bytes(8).toString('hex') };
}

export function createAnswerMaker(means: AnswerMeans): AnswerMaker {
  const { clock, random, journal } = means;

  const append = async (
    kind: ProvenAnswer['kind'],
    asked: Asked,
    released: Released,
    outcome: Outcome,
    rule: string | undefined,
    guard: ReleaseGuard,
  ): Promise<Answer> => {
    const self = means.self();
    const { status, headers, body, fields, statusVersion } = released;
    const details: ResponseDetails = {
      v: 1,
      id: asked.id,
      request: asked.entry.toString('hex'),
      from: { gateway: self.id, member: self.member },
      to: { gateway: asked.peer.id, member: asked.peer.member },
      origin: self.origin,
      status,
      headers: digestHeaders(headers),
      body: { length: body.length, sha256: body.length === 0 ? EMPTY_DIGEST : sha256(body) },
      fields,
      outcome,
      ...(rule === undefined ? {} : { rule }),
      statusVersion,
      iat: Math.floor(clock.now() / 1000),
    };
    const bytes = Buffer.from(writeResponseDetails(details));
    const salt = random.bytes(32);
    const entry = commit(kind, salt, bytes);
    try {
      const note: AnsweredNote = {
        type: 'answered',
        entry: asked.entry,
        answerEntry: entry,
        kind,
        isAdmitted: asked.isAdmitted,
        salt,
        details: bytes,
      };
      const appended = await journal.append(entry, note);
      means.onAnswered({ ...note, index: appended.index });
      const withhold = (refusal: CheckRefusal): Promise<Answer> => {
        guard.left();
        return append(
          'withheld',
          asked,
          describe(refusal, released.statusVersion),
          'withheld',
          refusal.rule,
          NOTHING_TO_ASK,
        );
      };
      return { proven: true, kind, salt, details: bytes, appended, headers, body, ...guard, withhold };
    } catch {
      // The log refuses to write: without an entry nothing is released (promise 1).
      guard.left();
      return bareAnswer(asked.isAdmitted ? 'outcome-unknown' : 'evidence-unavailable', random);
    }
  };

  const describe = (refusal: CheckRefusal, statusVersion: number): Released => {
    const { status, document } = writeRefusal(refusal, random.bytes(8).toString('hex'));
    return {
      status,
      headers: [['content-type', 'application/problem+json']],
      body: Buffer.from(document),
      fields: [],
      statusVersion,
    };
  };

  return {
    respond: (asked, released, guard = NOTHING_TO_ASK) =>
      append('response', asked, released, 'delivered', undefined, guard),
    refuse: (asked, refusal, statusVersion = 0) =>
      append('refusal', asked, describe(refusal, statusVersion), 'refused', refusal.rule, NOTHING_TO_ASK),
  };
}

function writeRefusal(refusal: CheckRefusal, logId: string): { status: number; document: string } {
  const problem = describeRefusal({ ...refusal, hop: 'provider-gateway', logId });
  return { status: problem.status, document: JSON.stringify(problem) };
}

function sha256(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}
