/**
 * Registering a gateway: its certificate request becomes a certificate, its description a source file of the
 * bundle, and the registration an entry of the hub's log. Registering the same gateway again renews its
 * certificate; the older one stays in the bundle until it ends, so that no connection breaks.
 */
import { commit } from '@minben/evidence';
import { GatewayEntry } from '@minben/exchange';
import { canonicalize, fail, type Result, succeed } from '@minben/kernel';
import type { Clock, Disk, Random } from '@minben/ports';
import Type, { type Static } from 'typebox';
import type { Publisher } from '../bundle/publish-bundle.ts';
import { createSchemaCheck, type SourceProblem } from '../bundle/schema-problems.ts';
import {
  expiryOf,
  fingerprintOf,
  type KeyedCertificate,
  type RequestError,
  signCertificateRequest,
} from '../certificate-authority/authority.ts';
import type { Journal } from '../notes/journal.ts';

const { id, member, origin, logKey, sealingKey, address, publicUrl } = GatewayEntry.properties;

export const GatewayOrder = Type.Object(
  {
    id,
    member,
    origin,
    logKey,
    sealingKey,
    address,
    publicUrl,
    /** PKCS #10 request (PEM) for the gateway's transport key. */
    request: Type.String(),
    /** Names and addresses for the certificate, beside localhost. */
    hosts: Type.Array(Type.String({ pattern: '^[A-Za-z0-9.:-]{1,253}$' })),
  },
  { additionalProperties: false },
);
export type GatewayOrder = Static<typeof GatewayOrder>;

export interface RegisteredGateway {
  /** PEM; chains to `authorities`. */
  readonly certificate: string;
  readonly authorities: readonly string[];
  readonly bundleVersion: number;
}

export type RegistrationError =
  | { readonly name: 'request-refused'; readonly reason: RequestError }
  | { readonly name: 'gateway-invalid' | 'sources-invalid'; readonly problems: readonly SourceProblem[] };

export interface RegistrationMeans {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly sources: string;
  readonly journal: Journal;
  readonly publisher: Publisher;
  readonly authority: KeyedCertificate;
  readonly authorities: readonly string[];
}

const checkEntry = createSchemaCheck(GatewayEntry);
const FAR_SECONDS = 10 * 365 * 86_400;

/** Rejects with LogRefusal when the log does not write; the gateway's file is then not written either. */
export async function registerGateway(
  order: GatewayOrder,
  means: RegistrationMeans,
): Promise<Result<RegisteredGateway, RegistrationError>> {
  const { disk, clock, random } = means;
  const options = { nowMilliseconds: clock.now(), random };
  const signed = await signCertificateRequest(
    order.request,
    { name: order.id, hosts: order.hosts },
    means.authority,
    options,
  );
  if (!signed.ok) return fail({ name: 'request-refused', reason: signed.error });

  const file = `gateways/${order.id.replaceAll('/', '-')}.json`;
  const path = `${means.sources}/${file}`;
  const before = await disk.read(path);
  const known = before === undefined ? undefined : (JSON.parse(before.toString()) as GatewayEntry);
  const nowSeconds = Math.floor(clock.now() / 1000);
  const fingerprint = fingerprintOf(signed.value);
  const { request: _request, hosts: _hosts, ...description } = order;
  const entry: GatewayEntry = {
    ...description,
    // Two at most: the new one, and the one in use until the gateway has changed over.
    certificates: [fingerprint, ...(known?.certificates ?? [])].slice(0, 2),
    validFrom: known?.validFrom ?? nowSeconds,
    validUntil: known?.validUntil ?? nowSeconds + FAR_SECONDS,
    ...(known?.revoked === undefined ? {} : { revoked: known.revoked }),
  };
  const wrong = checkEntry(file, entry);
  if (wrong.length > 0) return fail({ name: 'gateway-invalid', problems: wrong });

  const details = canonicalize({
    v: 1,
    gateway: order.id,
    member: order.member,
    origin: order.origin,
    certificate: fingerprint,
    certificateUntil: Math.floor(expiryOf(signed.value) / 1000),
    iat: nowSeconds,
  });
  await means.journal.log.append(commit('enrolment', random.bytes(32), details));
  await disk.makeDirectory(`${means.sources}/gateways`);
  await disk.writeAtomically(path, Buffer.from(`${JSON.stringify(entry, undefined, 2)}\n`));
  const published = await means.publisher.publish();
  if (published.ok) {
    return succeed({
      certificate: signed.value,
      authorities: means.authorities,
      bundleVersion: published.value.bundle.version,
    });
  }
  // A registration that cannot be published would block every later one.
  if (before === undefined) await disk.remove(path);
  else await disk.writeAtomically(path, before);
  const own = published.error.some((problem) => problem.file === file);
  return fail({ name: own ? 'gateway-invalid' : 'sources-invalid', problems: published.error });
}
