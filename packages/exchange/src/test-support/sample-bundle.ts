/** A small trusted world for tests: hub, two members with a gateway each, one service, one agreement. */
import { randomBytes } from 'node:crypto';
import type { Random } from '@minben/ports';
import type { TrustBundle } from '../trust/bundle-model.ts';
import { createMemoryLog, type MemoryLog, makeTestKey, type TestKey, verifierKeyOf } from './memory-log.ts';

export const systemRandom: Random = { bytes: (length) => randomBytes(length) };

export const NOW = 1_800_000_000;
export const CONSUMER = 'TW/GOV/VEHICLES';
export const PROVIDER = 'TW/GOV/HOUSEHOLD';
export const SERVICE = `${PROVIDER}/register/residents`;
export const CLIENT = `${CONSUMER}/register`;

export interface SampleWorld {
  readonly hubLog: MemoryLog;
  readonly bundleKey: TestKey;
  readonly grantKey: TestKey;
  readonly statusKey: TestKey;
  readonly bundle: TrustBundle;
}

export function makeSampleWorld(): SampleWorld {
  const hubLog = createMemoryLog('hub.example/log');
  const [bundleKey, grantKey, statusKey] = [makeTestKey(), makeTestKey(), makeTestKey()];
  const bundle: TrustBundle = {
    v: 1,
    instance: 'TW',
    version: 1,
    previous: '',
    issuedAt: NOW - 60,
    policy: { maximumAgeSeconds: 3600, freshnessSeconds: 30, retrySeconds: 600 },
    hub: {
      origin: hubLog.origin,
      logKey: hubLog.verifierKey,
      url: 'http://127.0.0.1:1',
      leaseUrl: 'https://127.0.0.1:2',
      certificates: ['0'.repeat(64)],
    },
    keys: {
      bundle: bundleKey.text,
      grants: [{ id: 'grant-1', key: grantKey.text, validFrom: NOW - 1000, validUntil: NOW + 1000 }],
      status: [{ id: 'status-1', key: statusKey.text, validFrom: NOW - 1000, validUntil: NOW + 1000 }],
      identity: Buffer.alloc(32, 9).toString('base64url'),
    },
    authorities: [],
    witnesses: [{ name: 'witness.example', key: 'unused', url: 'http://127.0.0.1:3' }],
    witnessQuorum: 1,
    purposes: [{ code: 'parking-permit', title: { 'zh-TW': '停車證', en: 'Parking permit' } }],
    members: [
      { id: CONSUMER, name: { 'zh-TW': '監理', en: 'Vehicles' }, sector: 'vehicles', subsystems: ['register'] },
      { id: PROVIDER, name: { 'zh-TW': '戶政', en: 'Household' }, sector: 'household', subsystems: ['register'] },
    ],
    gateways: [CONSUMER, PROVIDER].map((member, position) => {
      const origin = `${member.toLowerCase().replaceAll('/', '-')}.example/gw1`;
      return {
        id: `${member}/gw1`,
        member,
        origin,
        logKey: verifierKeyOf(origin, makeTestKey().publicKey),
        sealingKey: makeTestKey().text,
        address: `127.0.0.1:${position + 10}`,
        publicUrl: `http://127.0.0.1:${position + 20}`,
        certificates: [`${position}a`.repeat(32)],
        validFrom: NOW - 1000,
        validUntil: NOW + 100_000,
      };
    }),
    services: [
      {
        id: SERVICE,
        version: '1',
        title: { 'zh-TW': '戶籍資料', en: 'Residents' },
        personal: true,
        endpoints: [{ method: 'GET', path: '/resident' }],
        gateways: [`${PROVIDER}/gw1`],
        policy: { withoutHubSeconds: 600, leaseMilliseconds: 1000, headBeforeRelease: false },
      },
    ],
    agreements: [
      {
        id: 'agreement-1',
        client: CLIENT,
        service: SERVICE,
        basis: { kind: 'consent' },
        purposes: ['parking-permit'],
        endpoints: [{ method: 'GET', path: '/resident' }],
        fields: ['name', 'address'],
        validFrom: NOW - 1000,
        validUntil: NOW + 100_000,
        suspendedBy: [],
      },
    ],
  };
  return { hubLog, bundleKey, grantKey, statusKey, bundle };
}
