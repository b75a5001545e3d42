/** The checks of a received answer: the consumer verifies as strictly as the provider did (PROTOCOL 12, last sentence). */
import { hash } from 'node:crypto';
import { commit } from '@minben/evidence';
import { parseResponseDetails } from '../message/details.ts';
import { areWellFormedHeaders, digestHeaders } from '../rights/header-rules.ts';
import { checkCheckpointSignature, checkHeadStanding, checkInclusion } from './check-proof.ts';
import type { Check, CheckRefusal, ResponseInspection } from './inspection.ts';
import { exceedsSizes } from './sizes.ts';

type ResponseCheck = Check<ResponseInspection>;

/** What each kind of answer may say of itself. */
const OUTCOME_OF_KIND: Readonly<Record<string, string>> = {
  response: 'delivered',
  refusal: 'refused',
  withheld: 'withheld',
};

export const responseChecks: readonly ResponseCheck[] = [
  checkAnsweringPeer,
  checkAnswererFrozen,
  checkSizes,
  checkHeadersForm,
  checkKind,
  checkDetailsForm,
  checkBoundToRequest,
  checkMessageId,
  checkReceiver,
  checkOrigin,
  checkSender,
  checkOutcome,
  checkHeadersDigest,
  checkBodyDigest,
  checkInclusionPath,
  checkSignature,
  checkHead,
  checkFreshness,
  checkFields,
];

function checkAnsweringPeer({ arrived, awaited }: ResponseInspection): CheckRefusal | undefined {
  return awaited.peer.certificates.includes(arrived.peerFingerprint) ? undefined : { rule: 'peer-certificate-unknown' };
}

function checkAnswererFrozen({ awaited, here }: ResponseInspection): CheckRefusal | undefined {
  return here.isFrozen(awaited.peer.origin) ? { rule: 'peer-frozen' } : undefined;
}

function checkSizes({ arrived }: ResponseInspection): CheckRefusal | undefined {
  return exceedsSizes(arrived) ? { rule: 'too-large' } : undefined;
}

function checkHeadersForm({ arrived }: ResponseInspection): CheckRefusal | undefined {
  return areWellFormedHeaders(arrived.headers) ? undefined : { rule: 'malformed-message', about: 'headers' };
}

function checkKind({ arrived }: ResponseInspection): CheckRefusal | undefined {
  return Object.hasOwn(OUTCOME_OF_KIND, arrived.evidence.kind) ? undefined : { rule: 'kind-not-accepted' };
}

function checkDetailsForm(inspection: ResponseInspection): CheckRefusal | undefined {
  const { evidence } = inspection.arrived;
  const details = parseResponseDetails(evidence.details);
  if (!details.ok) return { rule: details.error };
  inspection.details = details.value;
  inspection.entry = commit(evidence.kind, evidence.salt, evidence.details);
  return undefined;
}

function checkBoundToRequest({ details, awaited }: ResponseInspection): CheckRefusal | undefined {
  return details?.request === awaited.entry.toString('hex')
    ? undefined
    : { rule: 'response-not-bound', about: 'request' };
}

function checkMessageId({ details, awaited }: ResponseInspection): CheckRefusal | undefined {
  return details?.id === awaited.id ? undefined : { rule: 'response-not-bound', about: 'id' };
}

function checkReceiver({ details, here }: ResponseInspection): CheckRefusal | undefined {
  const isMe = details?.to.gateway === here.self.id && details.to.member === here.self.member;
  return isMe ? undefined : { rule: 'not-for-me' };
}

function checkOrigin({ details, awaited }: ResponseInspection): CheckRefusal | undefined {
  return details?.origin === awaited.peer.origin ? undefined : { rule: 'wrong-log-origin' };
}

function checkSender({ details, awaited }: ResponseInspection): CheckRefusal | undefined {
  if (details?.from.gateway !== awaited.peer.id) return { rule: 'details-mismatch', about: 'from.gateway' };
  return details.from.member === awaited.peer.member ? undefined : { rule: 'details-mismatch', about: 'from.member' };
}

function checkOutcome({ arrived, details }: ResponseInspection): CheckRefusal | undefined {
  return OUTCOME_OF_KIND[arrived.evidence.kind] === details?.outcome
    ? undefined
    : { rule: 'details-mismatch', about: 'outcome' };
}

function checkHeadersDigest({ arrived, details }: ResponseInspection): CheckRefusal | undefined {
  return digestHeaders(arrived.headers) === details?.headers
    ? undefined
    : { rule: 'details-mismatch', about: 'headers' };
}

function checkBodyDigest({ arrived, details }: ResponseInspection): CheckRefusal | undefined {
  if (arrived.body.length !== details?.body.length) return { rule: 'details-mismatch', about: 'body.length' };
  const digest = hash('sha256', arrived.body, 'hex');
  return digest === details.body.sha256 ? undefined : { rule: 'details-mismatch', about: 'body.sha256' };
}

function checkInclusionPath({ arrived, entry }: ResponseInspection): CheckRefusal | undefined {
  return entry === undefined ? { rule: 'entry-not-included' } : checkInclusion(arrived, entry);
}

function checkSignature({ arrived }: ResponseInspection): CheckRefusal | undefined {
  return checkCheckpointSignature(arrived);
}

function checkHead({ arrived }: ResponseInspection): CheckRefusal | undefined {
  return checkHeadStanding(arrived);
}

function checkFreshness({ details, here }: ResponseInspection): CheckRefusal | undefined {
  const distance = Math.abs(here.now - (details?.iat ?? 0));
  return distance > here.bundle.bundle.policy.freshnessSeconds ? { rule: 'not-fresh' } : undefined;
}

/** The provider may not release more than was agreed, nor say that it did. */
function checkFields({ details, awaited }: ResponseInspection): CheckRefusal | undefined {
  const agreed = awaited.agreement.fields;
  if (agreed === 'whole-document' || details?.outcome !== 'delivered') return undefined;
  if (typeof details.fields === 'string') return { rule: 'details-mismatch', about: 'fields' };
  return details.fields.every((field) => agreed.includes(field))
    ? undefined
    : { rule: 'details-mismatch', about: 'fields' };
}
