/** A small trusted world for the gateway's tests: two members, two services, one agreement. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { type BundleIndex, indexBundle, type TrustBundle } from '@minben/exchange';
import { rawPublicKey } from '@minben/ports';

export const NOW = 1_800_000_000;
export const CLIENT = 'TW/GOV/VEHICLES/register';
export const PROVIDER = 'TW/GOV/HOUSEHOLD/register';
export const SERVICE = `${PROVIDER}/residents`;

/** The sample bundle's index; `change` may alter the bundle first. */
export function makeSampleIndex(change: (bundle: TrustBundle) => TrustBundle = (bundle) => bundle): BundleIndex {
  return indexBundle(change(makeSampleBundle()));
}

function makeSampleBundle(): TrustBundle {
  const policy = { withoutHubSeconds: 600, leaseMilliseconds: 1000, headBeforeRelease: false };
  return {
    v: 1,
    instance: 'TW',
    version: 1,
    previous: '',
    issuedAt: NOW - 60,
    policy: { maximumAgeSeconds: 3600, freshnessSeconds: 30, retrySeconds: 600 },
    hub: {
      origin: 'hub.example/log',
      logKey: makeVerifierKey('hub.example/log'),
      url: 'http://127.0.0.1:1',
      leaseUrl: 'https://127.0.0.1:2',
      certificates: ['0'.repeat(64)],
    },
    keys: { bundle: makeRawKey(), grants: [], status: [], identity: Buffer.alloc(32, 9).toString('base64url') },
    authorities: [],
    witnesses: [],
    witnessQuorum: 0,
    purposes: [{ code: 'parking-permit', title: { 'zh-TW': '停車證', en: 'Parking permit' } }],
    members: [
      {
        id: 'TW/GOV/VEHICLES',
        name: { 'zh-TW': '監理', en: 'Vehicles' },
        sector: 'vehicles',
        subsystems: ['register'],
      },
      {
        id: 'TW/GOV/HOUSEHOLD',
        name: { 'zh-TW': '戶政<>&', en: 'Household' },
        sector: 'household',
        subsystems: ['register'],
      },
    ],
    gateways: [],
    services: [
      {
        id: SERVICE,
        version: '1.2.0',
        title: { 'zh-TW': '戶籍資料', en: 'Residents' },
        personal: true,
        endpoints: [
          { method: 'GET', path: '/residents/*' },
          { method: '*', path: '/files/**' },
        ],
        gateways: [],
        policy,
      },
      {
        id: `${PROVIDER}/statistics`,
        version: '2.0.0',
        title: { 'zh-TW': '統計', en: 'Statistics' },
        personal: false,
        endpoints: [{ method: 'GET', path: '/totals' }],
        gateways: [],
        policy,
      },
    ],
    agreements: [
      {
        id: 'agreement-1',
        client: CLIENT,
        service: SERVICE,
        basis: { kind: 'consent' },
        purposes: ['parking-permit'],
        endpoints: [{ method: 'GET', path: '/residents/*' }],
        fields: ['name', 'address'],
        validFrom: NOW - 1000,
        validUntil: NOW + 1000,
        suspendedBy: [],
      },
    ],
  };
}

function makeRawKey(): string {
  return rawPublicKey(generateKeyPairSync('ed25519').privateKey).toString('base64url');
}

/** C2SP signed-note verifier key: `name+id+key`. */
function makeVerifierKey(name: string): string {
  const key = Buffer.concat([Buffer.of(1), rawPublicKey(generateKeyPairSync('ed25519').privateKey)]);
  const id = createHash('sha256').update(`${name}\n`).update(key).digest().subarray(0, 4);
  return `${name}+${id.toString('hex')}+${key.toString('base64')}`;
}
