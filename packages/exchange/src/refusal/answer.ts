/**
 * A refusal as the documents in which it travels: problem+json between gateways and to people (RFC 9457),
 * X-Road's error on the r1 port (PROTOCOL 18). Texts come from the table alone; of the call itself only names of
 * headers, members and parties ever enter a document, never their values.
 */
import type { HttpResponse } from '@minben/ports';
import type { BothLanguages } from './describe.ts';
import { REFUSALS, type RuleName } from './table.ts';

/** Who refused. */
export type Hop = 'consumer-gateway' | 'provider-gateway' | 'register' | 'hub';

export interface Refusal {
  readonly rule: RuleName;
  readonly hop: Hop;
  /** Found again in the log of the hop that refused; says nothing by itself. */
  readonly logId: string;
  /** Name of the header, detail or party concerned: a word of the protocol, never a value from the call. */
  readonly about?: string;
}

/** The problem+json document of a refusal (RFC 9457, with `hop`, `rule` and `remedy` as PROTOCOL 18 asks). */
export interface RefusalProblem {
  /** `urn:minben:rule:<rule>`; on the r1 port X-Road's error type. */
  readonly type: string;
  /** zh-TW */
  readonly title: string;
  /** English */
  readonly message: string;
  readonly status: number;
  /** The log id. */
  readonly detail: string;
  readonly hop: Hop;
  readonly rule: RuleName;
  readonly about?: string;
  readonly remedy: BothLanguages;
}

/** X-Road's error type, for example `Server.ServerProxy.AccessDenied`. */
export function xroadErrorType(refusal: Pick<Refusal, 'rule' | 'hop'>): string {
  const { xroad } = REFUSALS[refusal.rule];
  if (xroad === 'Client.BadRequest') return xroad;
  const proxy = refusal.hop === 'provider-gateway' || refusal.hop === 'register' ? 'ServerProxy' : 'ClientProxy';
  return `Server.${proxy}.${xroad}`;
}

/** The refusal as a document, without the answer around it. */
export function describeRefusal(refusal: Refusal): RefusalProblem {
  const rule = REFUSALS[refusal.rule];
  return {
    type: `urn:minben:rule:${refusal.rule}`,
    title: rule.title['zh-TW'],
    message: rule.title.en,
    status: rule.status,
    detail: refusal.logId,
    hop: refusal.hop,
    rule: refusal.rule,
    ...(refusal.about === undefined ? {} : { about: refusal.about }),
    remedy: rule.remedy,
  };
}

/** The answer between gateways and on Minben's own ports: `application/problem+json` with the rule's status. */
export function toProblem(refusal: Refusal): HttpResponse {
  const problem = describeRefusal(refusal);
  return { status: problem.status, headers: [['content-type', 'application/problem+json']], body: encode(problem) };
}

/**
 * The answer on the r1 port, as X-Road clients know it: status 400 for `Client.*` and 500 for `Server.*`, body
 * `{type, message, detail}` and header `X-Road-Error` (X-Road REST message protocol r1, 4.6), to which the members of
 * the problem are added.
 */
export function toXRoadError(refusal: Refusal): HttpResponse {
  const type = xroadErrorType(refusal);
  const status = type.startsWith('Client.') ? 400 : 500;
  return {
    status,
    headers: [
      ['content-type', 'application/json; charset=utf-8'],
      ['x-road-error', type],
    ],
    body: encode({ ...describeRefusal(refusal), type, status }),
  };
}

function encode(document: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(document), 'utf8');
}
