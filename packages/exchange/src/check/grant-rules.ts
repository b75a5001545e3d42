/** The grant's own errors, told by the rules of the refusal table: what the caller can do about them is the same. */
import type { GrantUseError } from '../grant/check-grant-use.ts';
import type { GrantError } from '../grant/verify-grant.ts';
import type { CheckRefusal } from './inspection.ts';

const OF_THE_TOKEN: Readonly<Record<GrantError, CheckRefusal>> = {
  'grant-too-large': { rule: 'grant-malformed', about: 'length' },
  'grant-malformed': { rule: 'grant-malformed' },
  'grant-algorithm': { rule: 'grant-malformed', about: 'alg' },
  'grant-type': { rule: 'grant-malformed', about: 'typ' },
  'grant-not-canonical': { rule: 'grant-malformed', about: 'payload' },
  'grant-schema': { rule: 'grant-malformed', about: 'claims' },
  'grant-unknown-key': { rule: 'grant-key-unknown' },
  'grant-key-not-valid': { rule: 'grant-key-unknown', about: 'iat' },
  'grant-signature': { rule: 'grant-signature' },
  'grant-proof-malformed': { rule: 'grant-not-in-log', about: 'proof' },
  'grant-proof-of-another-log': { rule: 'grant-not-in-log', about: 'origin' },
  'grant-checkpoint-signature': { rule: 'grant-not-in-log', about: 'checkpoint' },
  'grant-not-in-the-log': { rule: 'grant-not-in-log' },
};

const OF_THE_USE: Readonly<Record<GrantUseError, CheckRefusal>> = {
  'grant-for-another-gateway': { rule: 'grant-wrong-gateway' },
  'grant-counted-with-several-gateways': { rule: 'grant-malformed', about: 'aud' },
  'grant-of-another-member': { rule: 'grant-wrong-holder', about: 'cnf.member' },
  'grant-presented-by-another-gateway': { rule: 'grant-wrong-holder', about: 'cnf.gateways' },
  'grant-of-another-client': { rule: 'grant-wrong-holder', about: 'client' },
  'grant-for-another-service': { rule: 'grant-wrong-service', about: 'service' },
  'grant-for-another-agreement': { rule: 'grant-wrong-service', about: 'agreement' },
  'grant-for-another-purpose': { rule: 'grant-wrong-purpose' },
  'grant-purpose-outside-agreement': { rule: 'grant-wrong-purpose', about: 'agreement' },
  'grant-not-needed-by-agreement': { rule: 'grant-wrong-service', about: 'basis' },
  'grant-not-yet-valid': { rule: 'grant-not-yet' },
  'grant-expired': { rule: 'grant-expired' },
  'grant-without-subject': { rule: 'grant-wrong-gateway', about: 'subject' },
};

export function refuseToken(error: GrantError): CheckRefusal {
  return OF_THE_TOKEN[error];
}

export function refuseUse(error: GrantUseError): CheckRefusal {
  return OF_THE_USE[error];
}
