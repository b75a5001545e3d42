import { describe, expect, it } from 'vitest';
import { CLIENT, CONSUMER, makeSampleWorld, NOW, PROVIDER, SERVICE } from '../test-support/sample-bundle.ts';
import { makeSampleClaims } from '../test-support/sample-grant.ts';
import type { Agreement } from '../trust/bundle-model.ts';
import { checkGrantUse, type GrantUse } from './check-grant-use.ts';
import type { GrantClaims } from './model.ts';

const agreement = makeSampleWorld().bundle.agreements[0] as Agreement;

function check(use: Partial<GrantUse> = {}, claims: Partial<GrantClaims> = {}) {
  return checkGrantUse(makeSampleClaims(claims), {
    gateway: `${PROVIDER}/gw1`,
    peerGateway: `${CONSUMER}/gw1`,
    member: CONSUMER,
    client: CLIENT,
    service: SERVICE,
    purpose: 'parking-permit',
    agreement,
    nowSeconds: NOW,
    ...use,
  });
}

describe('the use of a grant', () => {
  it('is allowed as the person granted it', () => {
    expect(check()).toEqual({
      ok: true,
      value: { fields: ['name', 'address.county'], sealedSubject: 'c2VhbGVk', uses: undefined },
    });
  });

  const refusals: [string, string, Partial<GrantUse>, Partial<GrantClaims>][] = [
    ['at a gateway it does not name', 'grant-for-another-gateway', { gateway: `${PROVIDER}/gw2` }, {}],
    [
      'counted, with several gateways',
      'grant-counted-with-several-gateways',
      {},
      { uses: 1, aud: [`${PROVIDER}/gw1`, `${PROVIDER}/gw2`] },
    ],
    ['by another member', 'grant-of-another-member', { member: 'TW/GOV/OTHER' }, {}],
    [
      'by a gateway that may not present it',
      'grant-presented-by-another-gateway',
      { peerGateway: `${CONSUMER}/gw2` },
      {},
    ],
    ['by another client', 'grant-of-another-client', { client: `${CONSUMER}/portal` }, {}],
    ['for another service', 'grant-for-another-service', { service: `${PROVIDER}/register/households` }, {}],
    ['under another agreement', 'grant-for-another-agreement', { agreement: { ...agreement, id: 'agreement-2' } }, {}],
    [
      'under a statutory agreement',
      'grant-not-needed-by-agreement',
      { agreement: { ...agreement, basis: { kind: 'statute', article: '1' } } },
      {},
    ],
    ['for another purpose', 'grant-for-another-purpose', { purpose: 'marketing' }, {}],
    [
      'for a purpose the agreement lacks',
      'grant-purpose-outside-agreement',
      { agreement: { ...agreement, purposes: ['marketing'] } },
      {},
    ],
    ['before its time', 'grant-not-yet-valid', { nowSeconds: NOW - 11 }, {}],
    ['from its expiry on', 'grant-expired', { nowSeconds: NOW + 600 }, {}],
    ['without a subject for the gateway', 'grant-without-subject', {}, { subject: {} }],
  ];
  it.each(refusals)('is refused %s (%s)', (_when, error, use, claims) => {
    expect(check(use, claims)).toEqual({ ok: false, error });
  });

  it('is allowed until the second before its expiry', () => {
    expect(check({ nowSeconds: NOW + 599 }).ok).toBe(true);
  });

  it('takes no subject from the prototype of the claims', () => {
    expect(check({ gateway: 'constructor' }, { aud: ['constructor'] })).toEqual({
      ok: false,
      error: 'grant-without-subject',
    });
  });

  const fields: [string, Agreement['fields'], GrantClaims['fields'], 'whole-document' | string[]][] = [
    ['drops a granted field outside the agreement', ['name'], ['name', 'birth'], ['name']],
    ['does not take a longer name for a field within', ['address'], ['addressee'], []],
    ['narrows a wider granted field to the agreed one', ['address.county'], ['address'], ['address.county']],
    ['keeps to the grant under a whole-document agreement', 'whole-document', ['name'], ['name']],
    ['keeps to the agreement under a whole-document grant', ['name'], 'whole-document', ['name']],
    ['gives the whole document where both allow it', 'whole-document', 'whole-document', 'whole-document'],
    ['follows array paths', ['vehicles'], ['vehicles[].plate'], ['vehicles[].plate']],
  ];
  it.each(fields)('%s', (_rule, agreed, granted, expected) => {
    expect(check({ agreement: { ...agreement, fields: agreed } }, { fields: granted })).toMatchObject({
      ok: true,
      value: { fields: expected },
    });
  });
});
