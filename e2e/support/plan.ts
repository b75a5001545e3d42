/**
 * Who takes part in the exchange that the laws are tried on, and what its trust bundle says: a city that asks (gateways
 * `a` over t-road/1 and `a-http` over http/1.1), a household register that answers (gateways `b1` and `b2`), and peers
 * whose gateways the test itself plays.
 */
import type { Agreement, Member, Service } from '@minben/exchange';

export const CITY = 'TW/GOV/CITY';
export const HOUSEHOLD = 'TW/GOV/HOUSEHOLD';
export const CITY_CLIENT = `${CITY}/portal`;
export const REGISTER = `${HOUSEHOLD}/register`;
export const HUB_ORIGIN = 'hub.example/log';
export const WITNESS_NAME = 'witness.example';
const FAR = 4_000_000_000;
const LONG_AGO = 1_000_000_000;

/** Gateways that run in processes of their own. */
export const GATEWAYS = {
  a: { id: `${CITY}/gw1`, member: CITY, origin: 'city-gw1.example/log', binding: 't-road/1' },
  'a-http': { id: `${CITY}/gw2`, member: CITY, origin: 'city-gw2.example/log', binding: 'http/1.1' },
  b1: { id: `${HOUSEHOLD}/gw1`, member: HOUSEHOLD, origin: 'household-gw1.example/log', binding: 't-road/1' },
  b2: { id: `${HOUSEHOLD}/gw2`, member: HOUSEHOLD, origin: 'household-gw2.example/log', binding: 't-road/1' },
} as const;
export type GatewayName = keyof typeof GATEWAYS;
export const GATEWAY_NAMES = Object.keys(GATEWAYS) as readonly GatewayName[];

/** A member with one gateway, both in the hands of the test. */
export interface PeerPlan {
  readonly name: string;
  readonly member: string;
  readonly gateway: string;
  readonly client: string;
  /** The service by which this peer answers the city. */
  readonly service: string;
  readonly origin: string;
  readonly state: 'good' | 'revoked' | 'expired';
}

export function planPeers(count: number): PeerPlan[] {
  const names = Array.from({ length: count }, (_, at) => `P${String(at + 1).padStart(2, '0')}`);
  const plan = (name: string, state: PeerPlan['state']): PeerPlan => {
    const member = `TW/COM/${name}`;
    return {
      name,
      member,
      gateway: `${member}/gw1`,
      client: `${member}/office`,
      service: `${member}/office/answers`,
      origin: `${name.toLowerCase()}.example/log`,
      state,
    };
  };
  return [...names.map((name) => plan(name, 'good')), plan('REVOKED', 'revoked'), plan('EXPIRED', 'expired')];
}

const text = (name: string) => ({ 'zh-TW': name, en: name });
const POLICY: Service['policy'] = { withoutHubSeconds: 86_400, leaseMilliseconds: 1_000, headBeforeRelease: false };
const EVERYTHING = [{ method: '*', path: '/**' }];
const BOTH = [GATEWAYS.b1.id, GATEWAYS.b2.id];
const FIRST = [GATEWAYS.b1.id];

const register = (code: string, changes: Partial<Service> = {}): Service => ({
  id: `${REGISTER}/${code}`,
  version: '1',
  title: text(code),
  personal: false,
  endpoints: EVERYTHING,
  gateways: FIRST,
  policy: POLICY,
  ...changes,
});

/** Services of the household register; `${REGISTER}/<code>`. */
export const SERVICES: readonly Service[] = [
  register('open'),
  register('pair', { gateways: BOTH }),
  register('second', { gateways: [GATEWAYS.b2.id] }),
  register('files'),
  register('residents', { personal: true }),
  register('vital', { personal: true }),
  register('both', { personal: true, gateways: BOTH }),
  register('prompt', { policy: { ...POLICY, headBeforeRelease: true } }),
  register('witnessed', { policy: { ...POLICY, maximumProvisionalSeconds: 3 } }),
  register('near-hub', { policy: { ...POLICY, withoutHubSeconds: 2 } }),
  register('counted'),
];

export const PURPOSES = ['address-check', 'parking-permit', 'statistics'] as const;
const CONSENT_FIELDS = ['name', 'address.county', 'children[].name'];

const agreement = (client: string, code: string, changes: Partial<Agreement> = {}): Agreement => ({
  id: `${client.split('/')[2]}-${code}`,
  client,
  service: `${REGISTER}/${code}`,
  basis: { kind: 'statute', article: 'Household Registration Act art. 67' },
  purposes: ['address-check'],
  endpoints: [
    { method: 'GET', path: '/people/**' },
    { method: 'POST', path: '/people/**' },
    { method: 'HEAD', path: '/people/**' },
  ],
  fields: ['name', 'address.county'],
  validFrom: LONG_AGO,
  validUntil: FAR,
  suspendedBy: [],
  ...changes,
});

const consent = (client: string, code: string, changes: Partial<Agreement> = {}): Agreement =>
  agreement(client, code, {
    id: `${client.split('/')[2]}-${code}-consent`,
    basis: { kind: 'consent' },
    purposes: ['parking-permit', 'statistics'],
    fields: CONSENT_FIELDS,
    ...changes,
  });

/** Agreements of one client with the household register; ids are `<member code>-<code>`. */
function agreementsOf(client: string): Agreement[] {
  const code = client.split('/')[2] ?? '';
  return [
    ...['open', 'pair', 'second', 'prompt', 'witnessed', 'near-hub', 'residents'].map((name) =>
      agreement(client, name),
    ),
    agreement(client, 'files', { fields: 'whole-document' }),
    agreement(client, 'counted', { quotaPerDay: 2 }),
    consent(client, 'residents'),
    consent(client, 'both'),
    consent(client, 'open'),
    consent(client, 'vital', { id: `${code}-suspended`, suspendedBy: ['platform'] }),
    consent(client, 'vital', { id: `${code}-ended`, validUntil: LONG_AGO + 1 }),
  ];
}

/** The city asks each peer: what a hostile provider answers is judged by the city's gateways. */
function serviceOf(peer: PeerPlan): Service {
  return {
    ...register('answers'),
    id: peer.service,
    gateways: [peer.gateway],
  };
}

export interface Content {
  readonly members: readonly Member[];
  readonly services: readonly Service[];
  readonly agreements: readonly Agreement[];
}

export function planContent(peers: readonly PeerPlan[]): Content {
  const member = (id: string, subsystem: string): Member => ({
    id,
    name: text(id),
    sector: (id.split('/')[2] ?? '').toLowerCase(),
    subsystems: [subsystem],
  });
  return {
    members: [
      member(CITY, 'portal'),
      member(HOUSEHOLD, 'register'),
      ...peers.map((peer) => member(peer.member, 'office')),
    ],
    services: [...SERVICES, ...peers.map(serviceOf)],
    agreements: [
      ...[CITY_CLIENT, ...peers.map(({ client }) => client)].flatMap(agreementsOf),
      ...peers.map((peer) =>
        agreement(CITY_CLIENT, 'answers', { id: `CITY-${peer.name}`, service: peer.service, endpoints: EVERYTHING }),
      ),
    ],
  };
}

export const VALID = { validFrom: LONG_AGO, validUntil: FAR };
export const ENDED = { validFrom: LONG_AGO, validUntil: LONG_AGO + 1 };
