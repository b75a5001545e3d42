/**
 * Minting for an operator (the consent room will ask the same of it later): names of agreement and subject in,
 * a token out. Everything else is taken from the trust bundle, so that a grant never goes beyond its agreement.
 */
import { type Agreement, type BundleIndex, type GrantClaims, intersectFields, mintGrant } from '@minben/exchange';
import { fail, makeUuid, type Result, succeed } from '@minben/kernel';
import type { Clock, Random, Signer } from '@minben/ports';
import Type, { type Static } from 'typebox';
import {
  findPseudonym,
  type IdentityMeans,
  NamedSubject,
  type SubjectError,
  sealSubject,
  sectorOf,
} from '../identity/subject.ts';
import type { Journal } from '../notes/journal.ts';
import { encodeNote } from '../notes/note.ts';

const closed = { additionalProperties: false } as const;
const LONGEST_SECONDS = 366 * 86_400;

export const GrantOrder = Type.Object(
  {
    agreement: Type.String(),
    subject: NamedSubject,
    /** Default: the agreement's only purpose. */
    purpose: Type.Optional(Type.String()),
    /** Default: all fields of the agreement. */
    fields: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
    /** How long the grant is valid from now. */
    seconds: Type.Integer({ minimum: 1 }),
    case: Type.Optional(Type.String()),
    uses: Type.Optional(Type.Integer({ minimum: 1 })),
    /** Provider gateways; default: all that serve it, or the first when uses are counted. */
    audience: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
    /** Consumer gateways; default: all of the member. */
    presenters: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
  },
  closed,
);
export type GrantOrder = Static<typeof GrantOrder>;

export type GrantOrderError =
  | SubjectError
  | 'agreement-unknown'
  | 'agreement-not-consent'
  | 'agreement-not-in-force'
  | 'purpose-outside-agreement'
  | 'fields-outside-agreement'
  | 'gateway-outside-agreement'
  | 'validity-out-of-range'
  | 'counted-grant-needs-one-gateway'
  | 'grant-too-large';

export interface CreatedGrant {
  readonly token: string;
  readonly jti: string;
  readonly status: number;
  /** Seconds since the epoch. */
  readonly exp: number;
}

export interface GrantMeans {
  readonly clock: Clock;
  readonly random: Random;
  readonly signer: Signer;
  readonly keyId: string;
  readonly issuer: string;
  readonly journal: Journal;
  readonly identity: IdentityMeans;
  readonly bundle: () => BundleIndex;
}

/** Rejects with LogRefusal when the log does not write. */
export function createGranting(
  means: GrantMeans,
): (order: GrantOrder) => Promise<Result<CreatedGrant, GrantOrderError>> {
  // Two grants in one batch may not share a position: counted from here on, and raised by what is replayed.
  let nextPosition = 0;

  return async (order) => {
    const index = means.bundle();
    const now = Math.floor(means.clock.now() / 1000);
    const terms = settleTerms(order, index, now);
    if (!terms.ok) return terms;
    const { agreement, purpose, fields, audience, presenters } = terms.value;
    const sector = sectorOf(agreement.service, index);
    if (sector === undefined) return fail('agreement-unknown');
    const pseudonym = await findPseudonym(order.subject, sector, means.identity);
    if (!pseudonym.ok) return pseudonym;

    const jti = makeUuid(means.clock.now(), means.random.bytes(10));
    const subject = await sealSubject(
      pseudonym.value,
      { service: agreement.service, purpose, gateways: audience },
      index,
      means.identity.sealer,
    );
    const status = Math.max(nextPosition, means.journal.book.nextIndex);
    nextPosition = status + 1;
    const exp = now + order.seconds;
    const claims: GrantClaims = {
      iss: means.issuer,
      jti,
      iat: now,
      nbf: now,
      exp,
      aud: [...audience],
      cnf: { member: agreement.client.split('/', 3).join('/'), gateways: [...presenters] },
      client: agreement.client,
      service: agreement.service,
      agreement: agreement.id,
      purpose,
      fields,
      basis: 'consent',
      ...(order.case === undefined ? {} : { case: order.case }),
      ...(order.uses === undefined ? {} : { uses: order.uses }),
      status,
      subject,
    };
    const minted = await mintGrant(claims, {
      signer: means.signer,
      keyId: means.keyId,
      log: means.journal.log,
      random: means.random,
      note: () => encodeNote({ t: 'grant-minted', jti, index: status, gateways: [...audience], exp }),
    });
    return minted.ok ? succeed({ token: minted.value.token, jti, status, exp }) : minted;
  };
}

interface Terms {
  readonly agreement: Agreement;
  readonly purpose: string;
  readonly fields: GrantClaims['fields'];
  readonly audience: readonly string[];
  readonly presenters: readonly string[];
}

/** Pure: what the order asks for within what the bundle allows. */
function settleTerms(order: GrantOrder, index: BundleIndex, now: number): Result<Terms, GrantOrderError> {
  const agreement = index.agreements.get(order.agreement);
  const service = index.services.get(agreement?.service ?? '');
  if (!agreement || !service) return fail('agreement-unknown');
  if (agreement.basis.kind !== 'consent') return fail('agreement-not-consent');
  if (now < agreement.validFrom || now >= agreement.validUntil || agreement.suspendedBy.length > 0)
    return fail('agreement-not-in-force');
  if (order.seconds > LONGEST_SECONDS) return fail('validity-out-of-range');

  const purpose = order.purpose ?? (agreement.purposes.length === 1 ? agreement.purposes[0] : undefined);
  if (purpose === undefined || !agreement.purposes.includes(purpose)) return fail('purpose-outside-agreement');

  const fields = order.fields ?? agreement.fields;
  if (order.fields && agreement.fields !== 'whole-document') {
    const allowed = intersectFields(agreement.fields, order.fields);
    if (allowed === 'whole-document' || !order.fields.every((field) => allowed.includes(field)))
      return fail('fields-outside-agreement');
  }

  const audience = order.audience ?? (order.uses === undefined ? service.gateways : service.gateways.slice(0, 1));
  const member = agreement.client.split('/', 3).join('/');
  const own = (index.gatewaysOfMember.get(member) ?? []).map((gateway) => gateway.id);
  const presenters = order.presenters ?? own;
  const areKnown = audience.every((id) => service.gateways.includes(id)) && presenters.every((id) => own.includes(id));
  if (!areKnown || presenters.length === 0) return fail('gateway-outside-agreement');
  if (order.uses !== undefined && audience.length !== 1) return fail('counted-grant-needs-one-gateway');
  return succeed({ agreement, purpose, fields, audience, presenters });
}
