/**
 * Ids that cannot be mistaken for one another. A branded id is a string at run time; only the parse functions
 * here make one, so that whoever holds a `MemberId` knows it has the form of one.
 */
import { fail, type Result, succeed } from './result.ts';
import { parseUuid } from './uuid.ts';

declare const brand: unique symbol;
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** `TW/GOV/A01`: instance, member class, member code. */
export type MemberId = Brand<string, 'MemberId'>;
/** `TW/GOV/A01/household`: a member's subsystem; the caller or the owner of services. */
export type SubsystemId = Brand<string, 'SubsystemId'>;
/** `TW/GOV/A01/household/residents`: a subsystem's service. */
export type ServiceId = Brand<string, 'ServiceId'>;
/** `TW/GOV/A01/gw1`: one of a member's gateways (X-Road: security server). */
export type GatewayId = Brand<string, 'GatewayId'>;
/** UUIDv7 made by the sender; stays the same over retries (PROTOCOL 10). */
export type MessageId = Brand<string, 'MessageId'>;
export type AgreementId = Brand<string, 'AgreementId'>;
export type GrantId = Brand<string, 'GrantId'>;
/** A purpose the trust bundle lists, such as `parking-permit`. */
export type PurposeCode = Brand<string, 'PurposeCode'>;
/** The name of a log in its checkpoints (C2SP tlog-checkpoint). */
export type LogOrigin = Brand<string, 'LogOrigin'>;
/** A person in one sector: 32 bytes in base64url, saying nothing to another sector (PROTOCOL 21). */
export type Pseudonym = Brand<string, 'Pseudonym'>;

// X-Road's REST protocol r1 allows these characters in an id part. A part of dots alone would be a path step.
const part = "(?!\\.{1,2}(?:/|$))[A-Za-z0-9'()+,\\-.=?]{1,64}";
const parts = (count: number) => new RegExp(`^${Array(count).fill(part).join('/')}$`);
const idPart = parts(1);
const threeParts = parts(3);
const fourParts = parts(4);
const fiveParts = parts(5);

/** Whether `text` may stand between two slashes of an X-Road id. */
export function isIdPart(text: string): boolean {
  return idPart.test(text);
}

export function parseMemberId(text: string): Result<MemberId, 'not-a-member-id'> {
  return threeParts.test(text) ? succeed(text as MemberId) : fail('not-a-member-id');
}

export function parseSubsystemId(text: string): Result<SubsystemId, 'not-a-subsystem-id'> {
  return fourParts.test(text) ? succeed(text as SubsystemId) : fail('not-a-subsystem-id');
}

export function parseServiceId(text: string): Result<ServiceId, 'not-a-service-id'> {
  return fiveParts.test(text) ? succeed(text as ServiceId) : fail('not-a-service-id');
}

export function parseGatewayId(text: string): Result<GatewayId, 'not-a-gateway-id'> {
  return fourParts.test(text) ? succeed(text as GatewayId) : fail('not-a-gateway-id');
}

export function parseMessageId(text: string): Result<MessageId, 'not-a-message-id'> {
  return parseUuid(text).ok ? succeed(text as MessageId) : fail('not-a-message-id');
}

export function parseAgreementId(text: string): Result<AgreementId, 'not-an-agreement-id'> {
  return name.test(text) ? succeed(text as AgreementId) : fail('not-an-agreement-id');
}

export function parseGrantId(text: string): Result<GrantId, 'not-a-grant-id'> {
  return name.test(text) ? succeed(text as GrantId) : fail('not-a-grant-id');
}

export function parsePurposeCode(text: string): Result<PurposeCode, 'not-a-purpose-code'> {
  return text.length <= 64 && kebab.test(text) ? succeed(text as PurposeCode) : fail('not-a-purpose-code');
}

/** Non-empty, no white space, no control character and no `+` (C2SP signed-note key names), at most 255 characters. */
export function parseLogOrigin(text: string): Result<LogOrigin, 'not-a-log-origin'> {
  return text.length <= 255 && origin.test(text) ? succeed(text as LogOrigin) : fail('not-a-log-origin');
}

export function parsePseudonym(text: string): Result<Pseudonym, 'not-a-pseudonym'> {
  return pseudonym.test(text) ? succeed(text as Pseudonym) : fail('not-a-pseudonym');
}

const name = /^[A-Za-z0-9](?:[A-Za-z0-9._:-]{0,126}[A-Za-z0-9])?$/;
const kebab = /^[a-z0-9]+(?:[.-][a-z0-9]+)*$/;
const origin = /^[!-*,-~]+$/;
// 43 characters hold 32 bytes; the last one carries four bits, so its two low bits are zero.
const pseudonym = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/** The member that owns a subsystem, service or gateway. */
export function memberOf(id: MemberId | SubsystemId | ServiceId | GatewayId): MemberId {
  return id.split('/', 3).join('/') as MemberId;
}

/** The subsystem that offers a service. */
export function subsystemOf(id: ServiceId): SubsystemId {
  return id.split('/', 4).join('/') as SubsystemId;
}
