import { expect, it } from 'vitest';
import { CLIENT, CONSUMER, makeSampleWorld, PROVIDER, SERVICE } from '../test-support/sample-bundle.ts';
import { indexBundle } from './index-bundle.ts';

it('answers the questions of the hot path by one look-up each', () => {
  const { bundle } = makeSampleWorld();
  const index = indexBundle(bundle);
  const gateway = bundle.gateways[0];
  expect(index.gateways.get(`${CONSUMER}/gw1`)).toBe(gateway);
  expect(index.gatewaysByCertificate.get(gateway?.certificates[0] ?? '')).toBe(gateway);
  expect(index.gatewaysByOrigin.get(gateway?.origin ?? '')).toBe(gateway);
  expect(index.gatewaysOfMember.get(CONSUMER)).toEqual([gateway]);
  expect(index.memberOfGateway.get(`${PROVIDER}/gw1`)?.sector).toBe('household');
  expect(index.agreementsBetween(CLIENT, SERVICE)).toEqual(bundle.agreements);
  expect(index.agreementsBetween(SERVICE, CLIENT)).toEqual([]);
  expect(index.services.get(SERVICE)?.personal).toBe(true);
  expect(index.witnesses.has('witness.example')).toBe(true);
  expect(index.grantKeys.get('grant-1')?.key.asymmetricKeyType).toBe('ed25519');
  expect(index.statusKeys.has('grant-1')).toBe(false);
  expect(index.hubLogKey.name).toBe(bundle.hub.origin);
});

it('cannot be changed afterwards', () => {
  const index = indexBundle(makeSampleWorld().bundle);
  expect(() => index.bundle.gateways[0]?.certificates.push('ff')).toThrow(TypeError);
});

it('refuses a certificate that two gateways claim', () => {
  const { bundle } = makeSampleWorld();
  const gateways = bundle.gateways.map((gateway) => ({ ...gateway, certificates: ['ab'.repeat(32)] }));
  expect(() => indexBundle({ ...bundle, gateways })).toThrow(/twice/);
});

it('refuses a log key that names another log', () => {
  const { bundle } = makeSampleWorld();
  const [first, second] = bundle.gateways;
  const swapped = [{ ...first, logKey: second?.logKey }, second] as typeof bundle.gateways;
  expect(() => indexBundle({ ...bundle, gateways: swapped })).toThrow(/log key/);
});
