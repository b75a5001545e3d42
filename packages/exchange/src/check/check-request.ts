/**
 * The checks of a received request, in the order of PROTOCOL 11. The order is part of the protocol: nothing is
 * parsed for a stranger, nothing is hashed before it was compared, nothing is granted before it is proven.
 */
import { hash } from 'node:crypto';
import { commit } from '@minben/evidence';
import { checkGrantUse } from '../grant/check-grant-use.ts';
import { parseRequestDetails } from '../message/details.ts';
import { areWellFormedHeaders, digestHeaders, findSpoofedHeader } from '../rights/header-rules.ts';
import { splitNormalisedPath } from '../rights/normalised-path.ts';
import { checkCheckpointSignature, checkHeadStanding, checkInclusion, checkProvisionalAge } from './check-proof.ts';
import { refuseToken, refuseUse } from './grant-rules.ts';
import type { Check, CheckRefusal, RequestInspection } from './inspection.ts';
import { exceedsSizes } from './sizes.ts';

type RequestCheck = Check<RequestInspection>;

/** Until these have passed the peer is a stranger: its refusals are counted, not logged (PROTOCOL 18). */
export const strangerChecks: readonly RequestCheck[] = [checkPeerCertificate, checkPeerMembership, checkPeerRevoked];

export const memberChecks: readonly RequestCheck[] = [
  checkPeerFrozen,
  checkBundleAge,
  checkSizes,
  checkHeadersForm,
  checkKind,
  checkDetailsForm,
  checkReceiver,
  checkOrigin,
  checkSender,
  checkLine,
  checkHeadersDigest,
  checkBodyDigest,
  checkInclusionPath,
  checkSignature,
  checkHead,
  checkFreshness,
  checkExpiry,
  checkPathForm,
  checkSpoofedHeaders,
  checkService,
  checkServiceGateway,
  checkProvisional,
  checkAgreement,
  checkAgreementParties,
  checkAgreementValidity,
  checkAgreementSuspension,
  checkPurpose,
  checkEndpoint,
  checkGrantPresence,
  checkGrantDigest,
  checkGrantItself,
  checkGrantUsage,
];

function checkPeerCertificate(inspection: RequestInspection): CheckRefusal | undefined {
  const peer = inspection.here.bundle.gatewaysByCertificate.get(inspection.arrived.peerFingerprint);
  if (peer === undefined) return { rule: 'peer-certificate-unknown' };
  inspection.peer = peer;
  return undefined;
}

function checkPeerMembership({ peer, here }: RequestInspection): CheckRefusal | undefined {
  if (peer === undefined || here.now < peer.validFrom || here.now >= peer.validUntil)
    return { rule: 'peer-not-member' };
  return here.bundle.members.has(peer.member) ? undefined : { rule: 'peer-not-member' };
}

function checkPeerRevoked({ peer }: RequestInspection): CheckRefusal | undefined {
  return peer?.revoked === undefined ? undefined : { rule: 'peer-revoked' };
}

function checkPeerFrozen({ peer, here }: RequestInspection): CheckRefusal | undefined {
  return peer !== undefined && here.isFrozen(peer.origin) ? { rule: 'peer-frozen' } : undefined;
}

function checkBundleAge({ here }: RequestInspection): CheckRefusal | undefined {
  const { issuedAt, policy } = here.bundle.bundle;
  return here.now - issuedAt > policy.maximumAgeSeconds ? { rule: 'bundle-too-old' } : undefined;
}

function checkSizes({ arrived }: RequestInspection): CheckRefusal | undefined {
  return exceedsSizes(arrived) ? { rule: 'too-large' } : undefined;
}

function checkHeadersForm({ arrived }: RequestInspection): CheckRefusal | undefined {
  return areWellFormedHeaders(arrived.headers) ? undefined : { rule: 'malformed-message', about: 'headers' };
}

function checkKind({ arrived }: RequestInspection): CheckRefusal | undefined {
  return arrived.evidence.kind === 'request' ? undefined : { rule: 'kind-not-accepted' };
}

function checkDetailsForm(inspection: RequestInspection): CheckRefusal | undefined {
  const details = parseRequestDetails(inspection.arrived.evidence.details);
  if (!details.ok) return { rule: details.error };
  inspection.details = details.value;
  inspection.entry = commit('request', inspection.arrived.evidence.salt, inspection.arrived.evidence.details);
  return undefined;
}

function checkReceiver({ details, here }: RequestInspection): CheckRefusal | undefined {
  const isMe = details?.to.gateway === here.self.id && details.to.member === here.self.member;
  return isMe ? undefined : { rule: 'not-for-me' };
}

function checkOrigin({ details, peer }: RequestInspection): CheckRefusal | undefined {
  return details?.origin === peer?.origin ? undefined : { rule: 'wrong-log-origin' };
}

function checkSender({ details, peer }: RequestInspection): CheckRefusal | undefined {
  if (details?.from.gateway !== peer?.id) return { rule: 'details-mismatch', about: 'from.gateway' };
  if (details?.from.member !== peer?.member) return { rule: 'details-mismatch', about: 'from.member' };
  return undefined;
}

function checkLine({ arrived, details }: RequestInspection): CheckRefusal | undefined {
  if (arrived.line === undefined) return undefined;
  if (arrived.line.method !== details?.method) return { rule: 'details-mismatch', about: 'method' };
  if (arrived.line.path !== details.path) return { rule: 'details-mismatch', about: 'path' };
  return undefined;
}

function checkHeadersDigest({ arrived, details }: RequestInspection): CheckRefusal | undefined {
  return digestHeaders(arrived.headers) === details?.headers
    ? undefined
    : { rule: 'details-mismatch', about: 'headers' };
}

function checkBodyDigest({ arrived, details }: RequestInspection): CheckRefusal | undefined {
  if (arrived.body.length !== details?.body.length) return { rule: 'details-mismatch', about: 'body.length' };
  return sha256(arrived.body) === details.body.sha256 ? undefined : { rule: 'details-mismatch', about: 'body.sha256' };
}

function checkInclusionPath({ arrived, entry }: RequestInspection): CheckRefusal | undefined {
  return entry === undefined ? { rule: 'entry-not-included' } : checkInclusion(arrived, entry);
}

function checkSignature({ arrived }: RequestInspection): CheckRefusal | undefined {
  return checkCheckpointSignature(arrived);
}

function checkHead({ arrived }: RequestInspection): CheckRefusal | undefined {
  return checkHeadStanding(arrived);
}

function checkFreshness({ details, here }: RequestInspection): CheckRefusal | undefined {
  const distance = Math.abs(here.now - (details?.iat ?? 0));
  return distance > here.bundle.bundle.policy.freshnessSeconds ? { rule: 'not-fresh' } : undefined;
}

function checkExpiry({ details, here }: RequestInspection): CheckRefusal | undefined {
  return here.now > (details?.exp ?? 0) ? { rule: 'message-expired' } : undefined;
}

function checkPathForm({ details }: RequestInspection): CheckRefusal | undefined {
  return splitNormalisedPath(details?.path ?? '').ok ? undefined : { rule: 'path-not-normalised' };
}

function checkSpoofedHeaders({ arrived }: RequestInspection): CheckRefusal | undefined {
  const name = findSpoofedHeader(arrived.headers, 'peer-gateway');
  return name === undefined ? undefined : { rule: 'spoofed-header', about: name };
}

function checkService(inspection: RequestInspection): CheckRefusal | undefined {
  const { details, here } = inspection;
  const service = here.bundle.services.get(details?.service ?? '');
  if (service === undefined || service.version !== details?.serviceVersion) return { rule: 'service-unknown' };
  inspection.service = service;
  return undefined;
}

function checkServiceGateway({ service, here }: RequestInspection): CheckRefusal | undefined {
  const isMine = service?.id.startsWith(`${here.self.member}/`) === true && service.gateways.includes(here.self.id);
  return isMine ? undefined : { rule: 'service-unknown', about: 'to.gateway' };
}

function checkProvisional({ arrived, service }: RequestInspection): CheckRefusal | undefined {
  return service === undefined ? { rule: 'service-unknown' } : checkProvisionalAge(arrived, service);
}

function checkAgreement(inspection: RequestInspection): CheckRefusal | undefined {
  const agreement = inspection.here.bundle.agreements.get(inspection.details?.agreement ?? '');
  if (agreement === undefined) return { rule: 'no-agreement' };
  inspection.agreement = agreement;
  return undefined;
}

function checkAgreementParties({ agreement, details, peer, service }: RequestInspection): CheckRefusal | undefined {
  const client = details?.from.client ?? '';
  if (agreement?.client !== client || !client.startsWith(`${peer?.member}/`))
    return { rule: 'no-agreement', about: 'from.client' };
  return agreement.service === service?.id ? undefined : { rule: 'no-agreement', about: 'service' };
}

function checkAgreementValidity({ agreement, here }: RequestInspection): CheckRefusal | undefined {
  const isValid = agreement !== undefined && here.now >= agreement.validFrom && here.now < agreement.validUntil;
  return isValid ? undefined : { rule: 'agreement-expired' };
}

function checkAgreementSuspension({ agreement }: RequestInspection): CheckRefusal | undefined {
  return agreement?.suspendedBy.length === 0 ? undefined : { rule: 'agreement-suspended' };
}

function checkPurpose({ agreement, details }: RequestInspection): CheckRefusal | undefined {
  return agreement?.purposes.includes(details?.purpose ?? '') === true ? undefined : { rule: 'purpose-not-allowed' };
}

function checkEndpoint({ agreement, details, here }: RequestInspection): CheckRefusal | undefined {
  const isAllowed =
    agreement !== undefined && details !== undefined && here.mayCall(agreement, details.method, pathOf(details.path));
  return isAllowed ? undefined : { rule: 'endpoint-not-allowed' };
}

/** A consent-based agreement is nothing without a grant; a statutory one is not widened by one. */
function checkGrantPresence({ agreement, details }: RequestInspection): CheckRefusal | undefined {
  const needsGrant = agreement?.basis.kind === 'consent';
  return needsGrant === (details?.grant !== undefined) ? undefined : { rule: 'grant-missing' };
}

function checkGrantDigest({ arrived, details }: RequestInspection): CheckRefusal | undefined {
  const token = grantHeader(arrived.headers);
  const digest = token === undefined ? undefined : sha256(Buffer.from(token.split('~', 1)[0] ?? '', 'latin1'));
  return digest === details?.grant ? undefined : { rule: 'details-mismatch', about: 'grant' };
}

function checkGrantItself(inspection: RequestInspection): CheckRefusal | undefined {
  const token = grantHeader(inspection.arrived.headers);
  if (token === undefined) return undefined;
  const grant = inspection.here.openGrant(token);
  if (!grant.ok) return refuseToken(grant.error);
  inspection.grant = grant.value;
  return undefined;
}

function checkGrantUsage(inspection: RequestInspection): CheckRefusal | undefined {
  const { grant, details, here, peer, agreement } = inspection;
  if (grant === undefined || details === undefined || peer === undefined || agreement === undefined) return undefined;
  const use = checkGrantUse(grant.claims, {
    gateway: here.self.id,
    peerGateway: peer.id,
    member: peer.member,
    client: details.from.client,
    service: details.service,
    purpose: details.purpose,
    agreement,
    nowSeconds: here.now,
  });
  if (!use.ok) return refuseUse(use.error);
  inspection.allowed = use.value;
  return undefined;
}

/** The grant's token; more than one is as good as none, since the digest check then fails. */
export function grantHeader(headers: readonly (readonly [string, string])[]): string | undefined {
  const found = headers.filter(([name]) => name === 't-road-grant');
  return found.length === 1 ? found[0]?.[1] : undefined;
}

/** The path without its query: rights speak of paths. */
function pathOf(pathAndQuery: string): string {
  const mark = pathAndQuery.indexOf('?');
  return mark < 0 ? pathAndQuery : pathAndQuery.slice(0, mark);
}

function sha256(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}
