/**
 * Whether a verified grant allows this very call (PROTOCOL 15): the gateway that is asked, the one that asks,
 * client, service, purpose, fields within the agreement, and time. Pure. Status and counted uses are asked
 * elsewhere, where they are durable.
 */
import { fail, type Result, succeed } from '@minben/kernel';
import type { Agreement } from '../trust/bundle-model.ts';
import type { GrantClaims } from './model.ts';

export type GrantUseError =
  | 'grant-for-another-gateway'
  | 'grant-counted-with-several-gateways'
  | 'grant-of-another-member'
  | 'grant-presented-by-another-gateway'
  | 'grant-of-another-client'
  | 'grant-for-another-service'
  | 'grant-for-another-agreement'
  | 'grant-for-another-purpose'
  | 'grant-purpose-outside-agreement'
  | 'grant-not-needed-by-agreement'
  | 'grant-not-yet-valid'
  | 'grant-expired'
  | 'grant-without-subject';

/** The call as it arrived, each value from the details that were compared with the connection. */
export interface GrantUse {
  /** The gateway that is asked: this one. */
  readonly gateway: string;
  /** The gateway at the other end of the connection, and its member. */
  readonly peerGateway: string;
  readonly member: string;
  readonly client: string;
  readonly service: string;
  readonly purpose: string;
  readonly agreement: Agreement;
  readonly nowSeconds: number;
}

/** What may be released under the grant. */
export interface AllowedUse {
  /** Field paths in both grant and agreement, or the whole document where both allow it. */
  readonly fields: 'whole-document' | readonly string[];
  /** The subject's pseudonym, sealed to this gateway. */
  readonly sealedSubject: string;
  readonly uses: number | undefined;
}

export function checkGrantUse(claims: GrantClaims, use: GrantUse): Result<AllowedUse, GrantUseError> {
  if (!claims.aud.includes(use.gateway)) return fail('grant-for-another-gateway');
  if (claims.uses !== undefined && claims.aud.length !== 1) return fail('grant-counted-with-several-gateways');
  if (claims.cnf.member !== use.member) return fail('grant-of-another-member');
  if (!claims.cnf.gateways.includes(use.peerGateway)) return fail('grant-presented-by-another-gateway');
  if (claims.client !== use.client) return fail('grant-of-another-client');
  if (claims.service !== use.service) return fail('grant-for-another-service');
  if (claims.agreement !== use.agreement.id) return fail('grant-for-another-agreement');
  if (use.agreement.basis.kind !== 'consent') return fail('grant-not-needed-by-agreement');
  if (claims.purpose !== use.purpose) return fail('grant-for-another-purpose');
  if (!use.agreement.purposes.includes(claims.purpose)) return fail('grant-purpose-outside-agreement');
  if (use.nowSeconds < claims.nbf) return fail('grant-not-yet-valid');
  if (use.nowSeconds >= claims.exp) return fail('grant-expired');
  const sealedSubject = Object.hasOwn(claims.subject, use.gateway) ? claims.subject[use.gateway] : undefined;
  if (sealedSubject === undefined) return fail('grant-without-subject');
  return succeed({ fields: narrow(use.agreement.fields, claims.fields), sealedSubject, uses: claims.uses });
}

/** A grant never widens what the agreement allows, nor an agreement what the person granted. */
function narrow(agreed: Agreement['fields'], granted: GrantClaims['fields']): AllowedUse['fields'] {
  if (agreed === 'whole-document') return granted;
  if (granted === 'whole-document') return agreed;
  const fromGrant = granted.filter((field) => isWithin(field, agreed));
  const fromAgreement = agreed.filter((field) => isWithin(field, granted));
  return [...new Set([...fromGrant, ...fromAgreement])];
}

/** `address.county` lies within `address`; `addressee` does not. */
function isWithin(field: string, wider: readonly string[]): boolean {
  return wider.some(
    (allowed) => field === allowed || field.startsWith(`${allowed}.`) || field.startsWith(`${allowed}[]`),
  );
}
