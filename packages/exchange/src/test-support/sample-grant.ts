/** Claims that the sample world allows. */
import type { GrantClaims } from '../grant/model.ts';
import { CLIENT, CONSUMER, NOW, PROVIDER, SERVICE } from './sample-bundle.ts';

export function makeSampleClaims(changes: Partial<GrantClaims> = {}): GrantClaims {
  return {
    iss: 'TW/GOV/HUB',
    jti: 'grant-0001',
    iat: NOW - 10,
    nbf: NOW - 10,
    exp: NOW + 600,
    aud: [`${PROVIDER}/gw1`],
    cnf: { member: CONSUMER, gateways: [`${CONSUMER}/gw1`] },
    client: CLIENT,
    service: SERVICE,
    agreement: 'agreement-1',
    purpose: 'parking-permit',
    fields: ['name', 'address.county'],
    basis: 'consent',
    status: 7,
    subject: { [`${PROVIDER}/gw1`]: 'c2VhbGVk' },
    ...changes,
  };
}
