/** The files of a small nation: two members, one public register at one of them, and the agreement under which the other asks. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const CONSUMER = 'TW/GOV/VEHICLES';
export const PROVIDER = 'TW/GOV/HOUSEHOLD';
export const CLIENT = `${CONSUMER}/portal`;
export const SERVICE = `${PROVIDER}/register/villages`;
/** Below the service, and at the register. */
export const PATH = '/answer.json';

const text = (zh: string, en: string) => ({ 'zh-TW': zh, en });
const endpoints = [{ method: 'GET', path: PATH }];

export function writeMembers(sources: string, witness: { name: string; key: string; url: string }): void {
  write(sources, 'witnesses/one.json', witness);
  write(sources, 'purposes/statistics.json', { code: 'statistics', title: text('統計', 'Statistics') });
  write(sources, 'members/consumer.json', {
    id: CONSUMER,
    name: text('監理', 'Vehicles'),
    sector: 'vehicles',
    subsystems: ['portal'],
  });
  write(sources, 'members/provider.json', {
    id: PROVIDER,
    name: text('戶政', 'Household'),
    sector: 'household',
    subsystems: ['register'],
  });
}

/** Once the gateway is registered that serves it. The document is no person's, so no subject is sealed or opened. */
export function writeAgreement(sources: string): void {
  write(sources, 'services/villages.json', {
    id: SERVICE,
    version: '1',
    title: text('村里', 'Villages'),
    personal: false,
    endpoints,
    gateways: [`${PROVIDER}/gw1`],
    policy: { withoutHubSeconds: 600, leaseMilliseconds: 1000, headBeforeRelease: false },
  });
  write(sources, 'agreements/statute.json', {
    id: 'by-statute',
    client: CLIENT,
    service: SERVICE,
    basis: { kind: 'statute', article: '統計法第3條' },
    purposes: ['statistics'],
    endpoints,
    fields: 'whole-document',
    validFrom: 0,
    validUntil: 4_000_000_000,
    suspendedBy: [],
  });
}

function write(sources: string, file: string, value: unknown): void {
  mkdirSync(dirname(join(sources, file)), { recursive: true });
  writeFileSync(join(sources, file), JSON.stringify(value));
}
