/** Who takes part: a city that asks, a household register that answers, the hub's registry and one witness. */
import type { Agreement, Member, Service } from '@minben/exchange';

export const CITY = 'TW/GOV/CITY';
export const HOUSEHOLD = 'TW/GOV/HOUSEHOLD';
export const CLIENT = `${CITY}/portal`;
export const SERVICE = `${HOUSEHOLD}/register/residents`;
export const HUB_ORIGIN = 'hub.example/log';
export const WITNESS_NAME = 'witness.example';
/** A log that the test itself writes, to submit to the witness without pause. */
export const AUDITOR_ORIGIN = 'auditor.example/log';

export const GATEWAYS = {
  consumer: { id: `${CITY}/gw1`, member: CITY, origin: 'city.example/log' },
  provider: { id: `${HOUSEHOLD}/gw1`, member: HOUSEHOLD, origin: 'household.example/log' },
} as const;
export type GatewayName = keyof typeof GATEWAYS;
export const GATEWAY_NAMES = ['consumer', 'provider'] as const;

export const KINDS = ['consumer', 'provider', 'registry', 'witness'] as const;
export type Kind = (typeof KINDS)[number];

export const STATUTE = 'by-statute';
export const CONSENT = 'by-consent';

const text = (name: string) => ({ 'zh-TW': name, en: name });
const FAR = 4_000_000_000;

export const MEMBERS: readonly Member[] = [
  { id: CITY, name: text('city'), sector: 'city', subsystems: ['portal'] },
  { id: HOUSEHOLD, name: text('household'), sector: 'household', subsystems: ['register'] },
];
export const PURPOSES = ['address-check', 'parking-permit'] as const;

export const RESIDENTS: Service = {
  id: SERVICE,
  version: '1',
  title: text('residents'),
  personal: false,
  endpoints: [{ method: '*', path: '/**' }],
  gateways: [GATEWAYS.provider.id],
  policy: { withoutHubSeconds: 86_400, leaseMilliseconds: 1_000, headBeforeRelease: false },
};

const statute: Agreement = {
  id: STATUTE,
  client: CLIENT,
  service: SERVICE,
  basis: { kind: 'statute', article: 'Household Registration Act art. 67' },
  purposes: ['address-check'],
  endpoints: [{ method: '*', path: '/**' }],
  fields: ['id', 'name'],
  validFrom: 0,
  validUntil: FAR,
  suspendedBy: [],
};
export const AGREEMENTS: readonly Agreement[] = [
  statute,
  { ...statute, id: CONSENT, basis: { kind: 'consent' }, purposes: ['parking-permit'] },
];
