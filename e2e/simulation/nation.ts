/**
 * A small nation in one process: a hub with its log and status list, a witness, members with their gateways, and an
 * agency's system behind each gateway. It stands on the ports of simulated machines; everything above them is the
 * real code. This file draws up who is who; nothing runs yet.
 */
import { createHash } from 'node:crypto';
import { createVerifierKey, formatVerifierKey, type VerifierKey } from '@minben/evidence';
import type { Agreement, GatewayEntry, Service, SubjectSealer, TrustBundle } from '@minben/exchange';
import { encodeBase64Url } from '@minben/kernel';
import { createFileSigner, fingerprintOfPem, type Logger, type Signer, type TlsIdentity } from '@minben/ports';
import { createTestAuthority, type World } from '@minben/ports/simulated';

export const HUB_ORIGIN = 'hub.example/log';
export const WITNESS = 'witness.example';
export const CLIENT = 'TW/GOV/CITY/portal';
export const DESK = 'TW/GOV/CITY/desk';
export const SERVICE = 'TW/GOV/HOUSEHOLD/register/residents';

export const MUTUAL_PORT = 5000;
export const PUBLIC_PORT = 5001;
export const HUB_PORT = 8000;
export const LEASE_PORT = 8001;
export const WITNESS_PORT = 7000;
/** When every world begins, milliseconds since the epoch. */
export const EPOCH = Date.UTC(2026, 0, 1);
const YEAR = 365 * 86_400;

/** A gateway of a member, on a machine of that name. */
export interface MemberPlan {
  readonly machine: string;
  readonly member: string;
  readonly gateway: string;
}

export const CITY: MemberPlan = { machine: 'city', member: 'TW/GOV/CITY', gateway: 'TW/GOV/CITY/gw1' };
export const HOUSEHOLD: MemberPlan = {
  machine: 'household',
  member: 'TW/GOV/HOUSEHOLD',
  gateway: 'TW/GOV/HOUSEHOLD/gw1',
};
export const SPARE: MemberPlan = { machine: 'spare', member: 'TW/GOV/HOUSEHOLD', gateway: 'TW/GOV/HOUSEHOLD/gw2' };
/** A member like the others in every paper, whose gateway is run by somebody who cheats. */
export const RIVAL: MemberPlan = { machine: 'rival', member: 'TW/GOV/VEHICLES', gateway: 'TW/GOV/VEHICLES/gw1' };
export const RIVAL_CLIENT = 'TW/GOV/VEHICLES/register';
export const GATEWAYS: readonly MemberPlan[] = [CITY, HOUSEHOLD, SPARE, RIVAL];

const SUBSYSTEMS: Readonly<Record<string, readonly string[]>> = {
  'TW/GOV/CITY': ['portal', 'desk'],
  'TW/GOV/HOUSEHOLD': ['register'],
  'TW/GOV/VEHICLES': ['register'],
};

/** Keys follow from names, so that a seed is the only thing that a run depends on. */
export function seedOf(name: string): Buffer {
  return createHash('sha256').update(`minben simulation ${name}`).digest();
}

const signers = new Map<string, Signer>();

export function signerOf(name: string): Signer {
  const known = signers.get(name) ?? createFileSigner(seedOf(name));
  signers.set(name, known);
  return known;
}

export function originOf(machine: string): string {
  return machine === 'hub' ? HUB_ORIGIN : `${machine}.example/log`;
}

export function keyOf(name: string): string {
  return encodeBase64Url(signerOf(name).publicKey);
}

export function logKeyOf(origin: string): VerifierKey {
  return createVerifierKey(origin, 'log', signerOf(origin).publicKey);
}

export const witnessKey: VerifierKey = createVerifierKey(WITNESS, 'witness', signerOf(WITNESS).publicKey);
export const WITNESS_PLACE = { key: witnessKey, url: `http://witness:${WITNESS_PORT}` };

/** A sealer without key agreement: real HPKE answers in its own time, which no seed decides. */
export const plainSealer: SubjectSealer = {
  seal: (_key, info, text) => Buffer.from(`${info}\n${text}`).toString('base64url'),
  open(_key, info, sealed) {
    const text = Buffer.from(sealed, 'base64url').toString();
    return text.startsWith(`${info}\n`) ? text.slice(info.length + 1) : undefined;
  },
};

/** Runs what one event brings in one batch; a microtask keeps it within the simulation's turn. */
export function gather(flush: () => void): void {
  queueMicrotask(flush);
}

export interface Nation {
  readonly world: World;
  readonly identities: ReadonlyMap<string, TlsIdentity>;
  readonly bundle: TrustBundle;
}

export interface NationChanges {
  readonly service?: Partial<Service>;
}

const text = (name: string) => ({ 'zh-TW': name, en: name });
const validity = { validFrom: EPOCH / 1000 - YEAR, validUntil: EPOCH / 1000 + YEAR };

/** Draws up the trust bundle of the nation. */
export function planNation(world: World, changes: NationChanges = {}): Nation {
  const authority = createTestAuthority('Simulated authority', world.prng.fork('certificates'), EPOCH);
  const machines = [...GATEWAYS.map(({ machine }) => machine), 'hub'];
  const identities = new Map(machines.map((name) => [name, authority.issue(name)]));
  const fingerprint = (name: string): string => fingerprintOfPem((identities.get(name) as TlsIdentity).certificate);
  const service: Service = {
    id: SERVICE,
    version: '1',
    title: text('residents'),
    personal: false,
    endpoints: [{ method: '*', path: '/**' }],
    gateways: [HOUSEHOLD.gateway, SPARE.gateway],
    policy: { withoutHubSeconds: 86_400, leaseMilliseconds: 1_000, headBeforeRelease: false },
    ...changes.service,
  };
  const bundle: TrustBundle = {
    v: 1,
    instance: 'TW',
    version: 1,
    previous: '',
    issuedAt: EPOCH / 1000,
    policy: { maximumAgeSeconds: YEAR, freshnessSeconds: 30, retrySeconds: 86_400 },
    hub: {
      origin: HUB_ORIGIN,
      logKey: formatVerifierKey(logKeyOf(HUB_ORIGIN)),
      url: `http://hub:${HUB_PORT}`,
      leaseUrl: `https://hub:${LEASE_PORT}`,
      certificates: [fingerprint('hub')],
    },
    keys: {
      bundle: keyOf('bundle'),
      grants: [{ id: 'grant-1', key: keyOf('grant'), ...validity }],
      status: [{ id: 'status-1', key: keyOf('status'), ...validity }],
      identity: keyOf('identity'),
    },
    authorities: [authority.certificate],
    witnesses: [{ name: WITNESS, key: formatVerifierKey(witnessKey), url: WITNESS_PLACE.url }],
    witnessQuorum: 1,
    purposes: ['address-check', 'tax-notice', 'parking-permit'].map((code) => ({ code, title: text(code) })),
    members: Object.entries(SUBSYSTEMS).map(([id, subsystems]) => ({
      id,
      name: text(id),
      sector: subsystems[0] ?? '',
      subsystems: [...subsystems],
    })),
    gateways: GATEWAYS.map((plan) => gatewayEntry(plan, fingerprint(plan.machine))),
    services: [service],
    agreements: planAgreements(),
  };
  return { world, identities, bundle };
}

function gatewayEntry({ machine, member, gateway }: MemberPlan, fingerprint: string): GatewayEntry {
  return {
    id: gateway,
    member,
    origin: originOf(machine),
    logKey: formatVerifierKey(logKeyOf(originOf(machine))),
    sealingKey: encodeBase64Url(seedOf(`${machine} sealing`)),
    address: `${machine}:${MUTUAL_PORT}`,
    publicUrl: `http://${machine}:${PUBLIC_PORT}`,
    certificates: [fingerprint],
    ...validity,
  };
}

function planAgreements(): Agreement[] {
  const portal: Agreement = {
    id: 'statute-1',
    client: CLIENT,
    service: SERVICE,
    basis: { kind: 'statute', article: 'Household Registration Act art. 67' },
    purposes: ['address-check'],
    endpoints: [{ method: '*', path: '/**' }],
    fields: ['name', 'address.county', 'note'],
    ...validity,
    suspendedBy: [],
  };
  return [
    portal,
    { ...portal, id: 'statute-2', client: DESK, purposes: ['tax-notice'], fields: ['name'] },
    { ...portal, id: 'statute-3', client: RIVAL_CLIENT, fields: ['name'] },
    { ...portal, id: 'consent-1', basis: { kind: 'consent' }, purposes: ['parking-permit'] },
  ];
}

export function loggerOf(world: World, machine: string, hear?: (event: string, fields: object) => void): Logger {
  return (level, event, fields = {}) => {
    world.note(`${machine} ${level} ${event} ${Object.values(fields).join(' ')}`.trimEnd());
    hear?.(event, fields);
  };
}
