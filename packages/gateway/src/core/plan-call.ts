/**
 * What the consumer's gateway decides before it sends anything: who calls whom, under which agreement, for which
 * purpose. It refuses early what the provider would refuse anyway, so that the caller learns it at once; the
 * provider's own checks are the ones that count.
 */
import {
  type Agreement,
  type BundleIndex,
  type CheckRefusal,
  findSpoofedHeader,
  type GatewayEntry,
  type GrantError,
  isBundleTooOld,
  refuseToken,
  type Service,
  type VerifiedGrant,
} from '@minben/exchange';
import { fail, type Result, succeed } from '@minben/kernel';
import type { HeaderList } from '@minben/ports';
import type { RightsOfBundle } from './rights.ts';

/** A call as an application made it, its form already checked. */
export interface ApplicationCall {
  readonly client: string;
  readonly service: string;
  readonly method: string;
  /** Raw path and query below the service, in normal form. */
  readonly path: string;
  /** Headers that travel to the provider, the sealed subject of a statutory call among them. */
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  /** UUIDv7; given by the application for a retry, else made here. */
  readonly messageId: string | undefined;
  readonly purpose: string | undefined;
  readonly grant: string | undefined;
  /** One named gateway of the provider. */
  readonly gateway: string | undefined;
}

export interface CallPlan {
  readonly service: Service;
  readonly agreement: Agreement;
  readonly purpose: string;
  readonly grant: VerifiedGrant | undefined;
}

export interface PlanMeans {
  readonly bundle: BundleIndex;
  readonly self: GatewayEntry;
  readonly rights: RightsOfBundle;
  /** Seconds since the epoch. */
  readonly now: number;
  openGrant(token: string): Result<VerifiedGrant, GrantError>;
}

export function planCall(call: ApplicationCall, means: PlanMeans): Result<CallPlan, CheckRefusal> {
  const { bundle, self, rights, now } = means;
  if (isBundleTooOld(bundle.bundle, now)) return fail({ rule: 'bundle-too-old' });
  const spoofed = findSpoofedHeader(call.headers, 'application');
  if (spoofed !== undefined) return fail({ rule: 'spoofed-header', about: spoofed });
  if (!call.client.startsWith(`${self.member}/`)) return fail({ rule: 'client-not-here' });
  const subsystem = call.client.slice(self.member.length + 1);
  if (bundle.members.get(self.member)?.subsystems.includes(subsystem) !== true) return fail({ rule: 'client-unknown' });
  const service = bundle.services.get(call.service);
  if (service === undefined) return fail({ rule: 'service-unknown' });

  const grant = call.grant === undefined ? undefined : means.openGrant(call.grant);
  if (grant !== undefined && !grant.ok) return fail(refuseToken(grant.error));
  const chosen = chooseAgreement(call, bundle.agreementsBetween(call.client, call.service), grant?.value);
  if (!chosen.ok) return chosen;
  const { agreement, purpose } = chosen.value;
  if (agreement.suspendedBy.length > 0) return fail({ rule: 'agreement-suspended' });
  if (now < agreement.validFrom || now >= agreement.validUntil) return fail({ rule: 'agreement-expired' });
  if (!rights.mayCall(agreement, call.method, pathOf(call.path))) return fail({ rule: 'endpoint-not-allowed' });
  return succeed({ service, agreement, purpose, grant: grant?.value });
}

/** A grant names its agreement and purpose. Without one a statutory agreement must fit, and its purpose be clear. */
function chooseAgreement(
  call: ApplicationCall,
  agreements: readonly Agreement[],
  grant: VerifiedGrant | undefined,
): Result<{ agreement: Agreement; purpose: string }, CheckRefusal> {
  if (agreements.length === 0) return fail({ rule: 'no-agreement' });
  if (grant !== undefined) {
    const agreement = agreements.find(({ id }) => id === grant.claims.agreement);
    if (agreement === undefined) return fail({ rule: 'grant-wrong-service', about: 'agreement' });
    const { purpose } = grant.claims;
    return call.purpose !== undefined && call.purpose !== purpose
      ? fail({ rule: 'grant-wrong-purpose' })
      : succeed({ agreement, purpose });
  }
  const statutory = agreements.filter(({ basis }) => basis.kind === 'statute');
  if (statutory.length === 0) return fail({ rule: 'grant-missing' });
  const fitting = statutory.filter(({ purposes }) =>
    call.purpose === undefined ? purposes.length === 1 : purposes.includes(call.purpose),
  );
  const [agreement] = fitting;
  const purpose = call.purpose ?? agreement?.purposes[0];
  if (agreement === undefined || purpose === undefined) return fail({ rule: 'purpose-not-allowed' });
  if (fitting.length > 1 && call.purpose === undefined)
    return fail({ rule: 'purpose-not-allowed', about: 't-road-purpose' });
  return succeed({ agreement, purpose });
}

function pathOf(pathAndQuery: string): string {
  const mark = pathAndQuery.indexOf('?');
  return mark < 0 ? pathAndQuery : pathAndQuery.slice(0, mark);
}
