/**
 * The details of a message: what its evidence entry commits to (PROTOCOL 3–5). They travel as their exact
 * RFC 8785 bytes. Writing and reading share one template per kind: a text that the template would not have
 * written (another order, an unknown member, a duplicate, other spacing) is refused.
 */
import { fail, type Result, succeed } from '@minben/kernel';

/** A gateway as it stands in details. */
export interface Party {
  readonly gateway: string;
  readonly member: string;
}

/** Details of entry kind `request`. Times are seconds since the epoch; digests are SHA-256 in lower-case hex. */
export interface RequestDetails {
  readonly v: 1;
  /** Message id, UUIDv7. A retry keeps it and makes a new entry (PROTOCOL 10). */
  readonly id: string;
  /** `client` is the consumer's subsystem. */
  readonly from: Party & { readonly client: string };
  readonly to: Party;
  /** Log origin of the sender. */
  readonly origin: string;
  readonly service: string;
  readonly serviceVersion: string;
  readonly method: string;
  /** Raw path and query behind the service, as the application sent them. */
  readonly path: string;
  /** Digest over all forwarded headers: name, value, order. */
  readonly headers: string;
  readonly body: BodyDigest;
  /** Digest of the grant's JWS; absent for a statutory agreement. */
  readonly grant?: string;
  readonly agreement: string;
  readonly purpose: string;
  /** Version of the trust bundle the sender decided under. */
  readonly bundle: number;
  readonly iat: number;
  readonly exp: number;
}

export interface BodyDigest {
  readonly length: number;
  readonly sha256: string;
}

export type Outcome = 'delivered' | 'refused' | 'withheld';

/** Details of entry kinds `response`, `refusal` and `withheld`. */
export interface ResponseDetails {
  readonly v: 1;
  readonly id: string;
  /** The request's entry, hex: binds the answer to the question. */
  readonly request: string;
  readonly from: Party;
  readonly to: Party;
  readonly origin: string;
  readonly status: number;
  readonly headers: string;
  /** The body as released, after field filtering. */
  readonly body: BodyDigest;
  readonly fields: readonly string[] | 'whole-document';
  readonly outcome: Outcome;
  /** The rule that refused or withheld. */
  readonly rule?: string;
  /** Version of the status list under which a grant was honoured; 0 without a grant. */
  readonly statusVersion: number;
  readonly iat: number;
}

const text = JSON.stringify as (value: string) => string;

/** The exact bytes of request details, as a string. Members stand in RFC 8785 order. */
export function writeRequestDetails(d: RequestDetails): string {
  const grant = d.grant === undefined ? '' : `"grant":${text(d.grant)},`;
  return `{"agreement":${text(d.agreement)},"body":${writeBody(d.body)},"bundle":${d.bundle},"exp":${d.exp},"from":{"client":${text(d.from.client)},${writeParty(d.from)}},${grant}"headers":${text(d.headers)},"iat":${d.iat},"id":${text(d.id)},"method":${text(d.method)},"origin":${text(d.origin)},"path":${text(d.path)},"purpose":${text(d.purpose)},"service":${text(d.service)},"serviceVersion":${text(d.serviceVersion)},"to":{${writeParty(d.to)}},"v":1}`;
}

/** The exact bytes of response details, as a string. */
export function writeResponseDetails(d: ResponseDetails): string {
  const fields = typeof d.fields === 'string' ? '"whole-document"' : JSON.stringify(d.fields);
  const rule = d.rule === undefined ? '' : `"rule":${text(d.rule)},`;
  return `{"body":${writeBody(d.body)},"fields":${fields},"from":{${writeParty(d.from)}},"headers":${text(d.headers)},"iat":${d.iat},"id":${text(d.id)},"origin":${text(d.origin)},"outcome":${text(d.outcome)},"request":${text(d.request)},${rule}"status":${d.status},"statusVersion":${d.statusVersion},"to":{${writeParty(d.to)}},"v":1}`;
}

function writeBody(body: BodyDigest): string {
  return `{"length":${body.length},"sha256":${text(body.sha256)}}`;
}

function writeParty(party: Party): string {
  return `"gateway":${text(party.gateway)},"member":${text(party.member)}`;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const HEX_32 = /^[0-9a-f]{64}$/;

/** Reads request details; refuses every text that `writeRequestDetails` would not have written. */
export function parseRequestDetails(bytes: Uint8Array): Result<RequestDetails, 'details-not-canonical'> {
  return parseWith(bytes, isRequestDetails, writeRequestDetails);
}

/** Reads response details; refuses every text that `writeResponseDetails` would not have written. */
export function parseResponseDetails(bytes: Uint8Array): Result<ResponseDetails, 'details-not-canonical'> {
  return parseWith(bytes, isResponseDetails, writeResponseDetails);
}

function parseWith<T>(
  bytes: Uint8Array,
  isDetails: (value: unknown) => value is T,
  write: (details: T) => string,
): Result<T, 'details-not-canonical'> {
  try {
    const source = decoder.decode(bytes);
    const value: unknown = JSON.parse(source);
    if (isDetails(value) && write(value) === source) return succeed(value);
  } catch {
    // Not UTF-8, or not JSON: refused below like every other malformed text.
  }
  return fail('details-not-canonical');
}

function isRequestDetails(value: unknown): value is RequestDetails {
  if (!isObject(value)) return false;
  return (
    value.v === 1 &&
    areStrings(value, ['id', 'origin', 'service', 'serviceVersion', 'method', 'path', 'agreement', 'purpose']) &&
    isDigest(value.headers) &&
    isBody(value.body) &&
    isParty(value.from) &&
    typeof (value.from as Record<string, unknown>).client === 'string' &&
    isParty(value.to) &&
    (value.grant === undefined || isDigest(value.grant)) &&
    areCounts(value, ['bundle', 'iat', 'exp'])
  );
}

function isResponseDetails(value: unknown): value is ResponseDetails {
  if (!isObject(value)) return false;
  const { fields, outcome, rule } = value;
  return (
    value.v === 1 &&
    areStrings(value, ['id', 'origin']) &&
    isDigest(value.request) &&
    isDigest(value.headers) &&
    isBody(value.body) &&
    isParty(value.from) &&
    isParty(value.to) &&
    areCounts(value, ['status', 'statusVersion', 'iat']) &&
    (fields === 'whole-document' || (Array.isArray(fields) && fields.every((field) => typeof field === 'string'))) &&
    (outcome === 'delivered' || outcome === 'refused' || outcome === 'withheld') &&
    (rule === undefined || typeof rule === 'string')
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function areStrings(object: Record<string, unknown>, names: readonly string[]): boolean {
  return names.every((name) => typeof object[name] === 'string');
}

function areCounts(object: Record<string, unknown>, names: readonly string[]): boolean {
  return names.every((name) => Number.isSafeInteger(object[name]) && (object[name] as number) >= 0);
}

function isDigest(value: unknown): boolean {
  return typeof value === 'string' && HEX_32.test(value);
}

function isBody(value: unknown): boolean {
  return isObject(value) && areCounts(value, ['length']) && isDigest(value.sha256);
}

function isParty(value: unknown): boolean {
  return isObject(value) && areStrings(value, ['gateway', 'member']);
}
