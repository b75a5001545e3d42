/**
 * The consumer's side of an exchange: decide, append the request's entry, send it with its proof, verify the
 * answer as strictly as the provider verified the question, store the proof, and only then deliver (PROTOCOL 8, 10, 12).
 */
import { hash } from 'node:crypto';
import { commit, type EvidenceLog } from '@minben/evidence';
import {
  type ArrivedMessage,
  type CheckRefusal,
  digestHeaders,
  type GatewayEntry,
  type Here,
  type Hop,
  inspectResponse,
  isRuleName,
  type RequestDetails,
  type ResponseDetails,
  type ResponseInspection,
  type RuleName,
  writeRequestDetails,
} from '@minben/exchange';
import { makeUuid } from '@minben/kernel';
import type { Clock, HeaderList, Random } from '@minben/ports';
import type { LinkAnswer, PeerLink } from '../links/peer-link.ts';
import { isSafeMethod } from './admission.ts';
import type { NotedLog } from './noted-log.ts';
import type { PeerEvidence } from './notes.ts';
import type { OutgoingRecord } from './outgoing.ts';
import type { PeerChoice } from './peers.ts';
import { type ApplicationCall, type CallPlan, type PlanMeans, planCall } from './plan-call.ts';

export type ApplicationAnswer =
  | {
      readonly kind: 'delivered';
      readonly messageId: string;
      readonly status: number;
      readonly headers: HeaderList;
      readonly body: Uint8Array;
      readonly sentHeaders: HeaderList;
    }
  /** The provider's refusal, proven or bare, or this gateway's own. */
  | {
      readonly kind: 'refused';
      readonly messageId: string;
      readonly refusal: CheckRefusal & { readonly hop: Hop; readonly logId: string };
    };

export interface CallerMeans {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: EvidenceLog;
  readonly journal: NotedLog;
  readonly link: PeerLink;
  readonly peers: PeerChoice;
  readonly outgoing: OutgoingRecord;
  /** Time a provider has to answer, milliseconds. */
  readonly timeoutMs: number;
  here(): (Here & PlanMeans) | undefined;
  unwilling(): 'shutting-down' | 'overloaded' | undefined;
  onRefused(rule: RuleName, peer: string | undefined, isLogged: boolean): void;
}

export interface Caller {
  call(call: ApplicationCall): Promise<ApplicationAnswer>;
}

/** How often one call may be sent in all: to other gateways while that is allowed, or again to the same one. */
const MAXIMUM_ATTEMPTS = 3;
const RETRY_AFTER_MS = 250;
const EMPTY_DIGEST = hash('sha256', '', 'hex');

/** One attempt's end, and whether another may follow. */
type Attempt =
  | { readonly kind: 'done'; readonly answer: ApplicationAnswer }
  | {
      readonly kind: 'failed';
      readonly rule: RuleName;
      readonly sent: boolean;
      /** Where the rule was applied, when the peer said it. */
      readonly told?: { readonly hop: Hop; readonly logId: string };
    };

export function createCaller(means: CallerMeans): Caller {
  const { clock, random, log, journal, link, peers, outgoing } = means;

  const call = async (request: ApplicationCall): Promise<ApplicationAnswer> => {
    const messageId = request.messageId ?? makeUuid(clock.now(), random.bytes(10));
    const here = means.here();
    if (here === undefined) return refuseHere(messageId, { rule: 'bundle-unknown' });
    const unwilling = means.unwilling();
    if (unwilling !== undefined) return refuseHere(messageId, { rule: unwilling });
    if (log.state.name !== 'writable') return refuseHere(messageId, { rule: 'evidence-unavailable' });
    const plan = planCall(request, here);
    if (!plan.ok) return refuseHere(messageId, plan.error);
    const candidates = peers
      .candidates(here.bundle, plan.value.service, outgoing.boundTo(messageId) ?? request.gateway, here.now)
      .filter(({ id }) => plan.value.grant?.claims.aud.includes(id) !== false);
    const [first] = candidates;
    if (first === undefined) return refuseHere(messageId, { rule: 'no-gateway-reachable' });
    return attemptAll(request, messageId, plan.value, candidates);
  };

  const attemptAll = async (
    request: ApplicationCall,
    messageId: string,
    plan: CallPlan,
    candidates: readonly GatewayEntry[],
  ): Promise<ApplicationAnswer> => {
    const mayRepeat = isSafeMethod(request.method) && plan.grant?.claims.uses === undefined;
    let candidate = 0;
    let wasSent = false;
    let rule: RuleName = 'no-gateway-reachable';
    let told: (Attempt & { kind: 'failed' })['told'];
    for (let attempt = 0; attempt < MAXIMUM_ATTEMPTS; attempt += 1) {
      const peer = candidates[candidate];
      if (peer === undefined) break;
      const result = await attemptOnce(request, messageId, plan, peer, mayRepeat);
      if (result.kind === 'done') return result.answer;
      wasSent ||= result.sent;
      // That a later attempt was not even sent says nothing about an earlier one that was.
      rule = wasSent && !result.sent && !mayRepeat ? 'outcome-unknown' : result.rule;
      told = result.told;
      peers.failed(peer.id);
      // Unsafe or counted calls never fail over once a byte was sent, be it in an earlier attempt: only the gateway
      // that may have carried them out can tell, and it answers a retry from its record (PROTOCOL 10).
      if (mayRepeat || outgoing.boundTo(messageId) === undefined) candidate += 1;
      else await new Promise<void>((resolve) => clock.after(RETRY_AFTER_MS * (attempt + 1), resolve));
    }
    return told === undefined
      ? refuseHere(messageId, { rule })
      : { kind: 'refused', messageId, refusal: { rule, ...told } };
  };

  const attemptOnce = async (
    request: ApplicationCall,
    messageId: string,
    plan: CallPlan,
    peer: GatewayEntry,
    mayRepeat: boolean,
  ): Promise<Attempt> => {
    const here = means.here();
    if (here === undefined) return { kind: 'failed', rule: 'bundle-unknown', sent: false };
    const headers = headersToSend(request);
    const details = Buffer.from(writeRequestDetails(detailsOf(request, messageId, plan, peer, here, headers)));
    const salt = random.bytes(32);
    const entry = commit('request', salt, details);
    const note = outgoing.begin({ entry, id: messageId, peer: peer.id, salt, details }, mayRepeat);
    let answer: LinkAnswer;
    try {
      const appended = await journal.append(entry, note);
      outgoing.appended(entry, appended.index);
      const { method, path, body } = request;
      answer = await link.send(peer, {
        salt,
        details,
        method,
        path,
        appended,
        headers,
        body,
        timeoutMs: means.timeoutMs,
      });
    } catch {
      return { kind: 'done', answer: refuseHere(messageId, { rule: 'evidence-unavailable' }) };
    }
    if (answer.kind === 'failed') {
      // What may have been sent stays open until the peer has told what became of it.
      if (!answer.sent) outgoing.endLazily(entry, 'not-sent');
      return { kind: 'failed', rule: answer.sent ? 'outcome-unknown' : 'no-gateway-reachable', sent: answer.sent };
    }
    if (answer.kind === 'bare') return endBare(entry, answer, messageId, mayRepeat);
    return takeAnswer({ entry, messageId, plan, peer, mayRepeat, arrived: answer.arrived, sentHeaders: headers });
  };

  const endBare = (
    entry: Buffer,
    { rule, logId }: LinkAnswer & { kind: 'bare' },
    messageId: string,
    mayRepeat: boolean,
  ): Attempt => {
    const known = isRuleName(rule) ? rule : 'internal-error';
    // The peer took it on and cannot prove what came of it: it stays open until the peer can tell.
    if (UNDECIDED.has(known)) return { kind: 'failed', rule: 'outcome-unknown', sent: true };
    outgoing.endLazily(entry, 'refused');
    if (mayRepeat && PASSING.has(known))
      return { kind: 'failed', rule: known, sent: true, told: { hop: 'provider-gateway', logId } };
    return {
      kind: 'done',
      answer: { kind: 'refused', messageId, refusal: { rule: known, hop: 'provider-gateway', logId } },
    };
  };

  const takeAnswer = async (awaited: {
    entry: Buffer;
    messageId: string;
    plan: CallPlan;
    peer: GatewayEntry;
    mayRepeat: boolean;
    arrived: ArrivedMessage;
    sentHeaders: HeaderList;
  }): Promise<Attempt> => {
    const { entry, messageId, plan, peer, mayRepeat, arrived, sentHeaders } = awaited;
    const here = means.here();
    if (here === undefined) return { kind: 'failed', rule: 'bundle-unknown', sent: true };
    const inspection: ResponseInspection = {
      arrived,
      here,
      awaited: { id: messageId, entry, peer, agreement: plan.agreement },
    };
    const refusal = inspectResponse(inspection);
    const { details } = inspection;
    if (refusal !== undefined || details === undefined) {
      const rule = refusal?.rule ?? 'response-not-bound';
      means.onRefused(rule, peer.id, false);
      // An answer that does not prove itself is no answer; what the peer did stays to be settled.
      return mayRepeat
        ? { kind: 'failed', rule, sent: true }
        : { kind: 'done', answer: refuseHere(messageId, refusal ?? { rule }) };
    }
    peers.succeeded(peer.id);
    const { outcome } = details;
    const evidence: PeerEvidence = { evidence: arrived.evidence, checkpoint: arrived.head?.head.checkpoint ?? '' };
    // The proof is durable before the application has the answer, unless the call can be repeated: then the note
    // rides on the next sync, and a lost copy is fetched again from the peer.
    if (mayRepeat) outgoing.endLazily(entry, outcome, evidence);
    else {
      try {
        await outgoing.end(entry, outcome, evidence);
      } catch {
        return { kind: 'done', answer: refuseHere(messageId, { rule: 'evidence-unavailable' }) };
      }
    }
    return { kind: 'done', answer: deliver(messageId, details, arrived, sentHeaders) };
  };

  const deliver = (
    messageId: string,
    details: ResponseDetails,
    arrived: ArrivedMessage,
    sentHeaders: HeaderList,
  ): ApplicationAnswer => {
    if (details.outcome === 'delivered') {
      return {
        kind: 'delivered',
        messageId,
        status: details.status,
        headers: arrived.headers,
        body: arrived.body,
        sentHeaders,
      };
    }
    const rule = isRuleName(details.rule ?? '') ? (details.rule as RuleName) : 'internal-error';
    return { kind: 'refused', messageId, refusal: { rule, ...problemOf(arrived.body), hop: 'provider-gateway' } };
  };

  const refuseHere = (messageId: string, refusal: CheckRefusal): ApplicationAnswer => {
    means.onRefused(refusal.rule, undefined, false);
    return {
      kind: 'refused',
      messageId,
      refusal: { ...refusal, hop: 'consumer-gateway', logId: random.bytes(8).toString('hex') },
    };
  };

  const detailsOf = (
    request: ApplicationCall,
    id: string,
    plan: CallPlan,
    peer: GatewayEntry,
    here: Here,
    headers: HeaderList,
  ): RequestDetails => {
    const now = Math.floor(clock.now() / 1000);
    const { self, bundle } = here;
    return {
      v: 1,
      id,
      from: { client: request.client, gateway: self.id, member: self.member },
      to: { gateway: peer.id, member: peer.member },
      origin: self.origin,
      service: plan.service.id,
      serviceVersion: plan.service.version,
      method: request.method,
      path: request.path,
      headers: digestHeaders(headers),
      body: { length: request.body.length, sha256: request.body.length === 0 ? EMPTY_DIGEST : sha256(request.body) },
      ...(plan.grant === undefined ? {} : { grant: plan.grant.hash }),
      agreement: plan.agreement.id,
      purpose: plan.purpose,
      bundle: bundle.version,
      iat: now,
      exp: now + Math.ceil(means.timeoutMs / 1000),
    };
  };

  return { call };
}

const UNDECIDED: ReadonlySet<RuleName> = new Set(['outcome-unknown', 'internal-error']);

/** Refusals that concern the asked gateway at this moment, not the call: another gateway may answer it. */
const PASSING: ReadonlySet<RuleName> = new Set([
  'shutting-down',
  'overloaded',
  'evidence-unavailable',
  'bundle-unknown',
]);

function headersToSend({ headers, grant }: ApplicationCall): HeaderList {
  return grant === undefined ? headers : [...headers, ['t-road-grant', grant]];
}

/** The provider's problem document, as far as it can be read: where in its log, and about which header or member. */
function problemOf(body: Uint8Array): { logId: string; about?: string } {
  try {
    const problem = JSON.parse(Buffer.from(body).toString()) as { detail?: unknown; about?: unknown };
    const logId = typeof problem.detail === 'string' ? problem.detail.slice(0, 64) : '';
    return typeof problem.about === 'string' ? { logId, about: problem.about.slice(0, 64) } : { logId };
  } catch {
    return { logId: '' };
  }
}

function sha256(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}
