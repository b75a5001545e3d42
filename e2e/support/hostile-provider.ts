/**
 * The provider's side of a peer that the test plays: it answers the city's gateways over both bindings with answers
 * that are in order unless a test alters them.
 */
import { createHash, randomBytes } from 'node:crypto';
import { commit, type PublicLog } from '@minben/evidence';
import {
  digestHeaders,
  encodeFrame,
  FrameReader,
  parseRequestDetails,
  type RequestDetails,
  type RequestFrame,
  type ResponseDetails,
  readEvidenceHeaders,
  writeEvidenceHeaders,
  writeResponseDetails,
} from '@minben/exchange';
import type { HeaderList, Stream } from '@minben/ports';
import type { HostilePeer } from './hostile-peer.ts';
import type { Wire } from './wire.ts';

export interface ReceivedRequest {
  readonly details: RequestDetails;
  readonly entry: Buffer;
  readonly headers: HeaderList;
  readonly body: Buffer;
}

/** What an answer says; everything has a default that is in order. */
export interface AnswerPlan {
  readonly headers?: HeaderList;
  readonly body?: string;
  readonly kind?: string;
  /** Changes the details before they are written: the entry holds the change. */
  readonly details?: (details: ResponseDetails) => object;
  readonly text?: (text: string) => string;
  readonly log?: PublicLog;
  /** Changes what goes on the wire. */
  readonly alter?: (wire: Wire) => Wire;
  /** Says this instead of an answer: a refusal without an entry. */
  readonly bare?: string;
}

export interface HostileProvider {
  /** Requests that arrived, oldest first. */
  readonly requests: readonly ReceivedRequest[];
  /** How requests are answered from now on. */
  answer(plan: AnswerPlan | ((request: ReceivedRequest) => Promise<AnswerPlan> | AnswerPlan)): void;
}

const BODY = JSON.stringify({ name: '王小明', address: { county: '臺北市' } });

export function playProvider(peer: HostilePeer): HostileProvider {
  const { hand, log } = peer;
  const requests: ReceivedRequest[] = [];
  let how: (request: ReceivedRequest) => Promise<AnswerPlan> | AnswerPlan = () => ({});
  let accepted = 0;

  const make = async (request: ReceivedRequest, plan: AnswerPlan): Promise<Wire> => {
    const { details: asked, entry } = request;
    const headers: HeaderList = plan.headers ?? [['content-type', 'application/json']];
    const body = Buffer.from(plan.body ?? BODY);
    const kind = plan.kind ?? 'response';
    const details: ResponseDetails = {
      v: 1,
      id: asked.id,
      request: entry.toString('hex'),
      from: { gateway: hand.plan.gateway, member: hand.plan.member },
      to: { gateway: asked.from.gateway, member: asked.from.member },
      origin: hand.plan.origin,
      status: 200,
      headers: digestHeaders(headers),
      body: { length: body.length, sha256: createHash('sha256').update(body).digest('hex') },
      fields: ['address.county', 'name'],
      outcome: 'delivered',
      statusVersion: 0,
      iat: Math.floor(Date.now() / 1000),
    };
    const written = writeResponseDetails((plan.details?.(details) ?? details) as ResponseDetails);
    const text = Buffer.from(plan.text?.(written) ?? written);
    const salt = randomBytes(32);
    const into = plan.log ?? log;
    const { index, head, path } = await into.append(commit(kind, salt, text));
    const from = into === log && accepted > 0 && accepted < head.size ? accepted : 0;
    if (into === log && plan.alter === undefined) accepted = head.size;
    const wire: Wire = {
      kind,
      salt,
      details: text,
      index,
      size: head.size,
      path,
      checkpoint: head.checkpoint,
      carried: { from, path: from === 0 ? [] : await into.consistencyPath(from, head.size) },
      headers,
      body,
      method: '',
      line: '',
      announce: true,
    };
    return plan.alter?.(wire) ?? wire;
  };

  const receive = (
    evidence: { kind: string; salt: Uint8Array; details: Uint8Array },
    headers: HeaderList,
    body: Uint8Array,
  ): ReceivedRequest => {
    const details = parseRequestDetails(evidence.details);
    if (!details.ok) throw new Error('the gateway sent details that cannot be read');
    const entry = commit(evidence.kind, evidence.salt, evidence.details);
    const request = { details: details.value, entry, headers, body: Buffer.from(body) };
    requests.push(request);
    return request;
  };

  const answerFrame = async (stream: Stream, frame: RequestFrame): Promise<void> => {
    const request = receive(frame.evidence, frame.headers, frame.body);
    const plan = await how(request);
    const { exchange } = frame;
    if (plan.bare !== undefined) {
      stream.write(encodeFrame({ type: 'bare-refusal', exchange, rule: plan.bare, logId: '' }));
      return;
    }
    const { kind, salt, details, index, size, path, headers, body, checkpoint, carried, announce } = await make(
      request,
      plan,
    );
    if (announce) stream.write(encodeFrame({ type: 'head', checkpoint, ...carried }));
    const evidence = { kind, salt, details, index, size, path };
    stream.write(encodeFrame({ type: 'response', exchange, evidence, headers, body }));
  };

  hand.doors.onStream = (stream) => {
    const reader = new FrameReader();
    stream.write(encodeFrame({ type: 'known', size: 0 }));
    stream.onData((chunk) =>
      reader.push(chunk, (frame) => {
        if (frame.type === 'request') answerFrame(stream, frame).catch(() => stream.destroy());
        if (frame.type === 'ask')
          stream.write(encodeFrame({ type: 'told', exchange: frame.exchange, state: 'not-received' }));
      }),
    );
  };
  hand.doors.onHttp = async ({ headers, body, path }) => {
    if (path.startsWith('/outcome/'))
      return { status: 200, headers: [['t-road-state', 'not-received']], body: new Uint8Array() };
    const evidence = readEvidenceHeaders(headers);
    if (!evidence.ok) throw new Error('the gateway sent no evidence');
    const request = receive(evidence.value, headers, body);
    const plan = await how(request);
    if (plan.bare !== undefined)
      return { status: 403, headers: [['t-road-refused', plan.bare]], body: new Uint8Array() };
    const wire = await make(request, plan);
    const { kind, salt, details, index, path: inclusion, checkpoint } = wire;
    const proven = writeEvidenceHeaders({ kind, salt, details, proof: { index, path: inclusion, checkpoint } });
    return { status: 200, headers: [...wire.headers, ...proven], body: wire.body };
  };

  return {
    requests,
    answer(plan) {
      how = typeof plan === 'function' ? plan : () => plan;
    },
  };
}
