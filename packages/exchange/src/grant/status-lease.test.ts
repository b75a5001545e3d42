import { expect, it } from 'vitest';
import { makeTestKey } from '../test-support/memory-log.ts';
import { makeSampleWorld, NOW } from '../test-support/sample-bundle.ts';
import { indexBundle } from '../trust/index-bundle.ts';
import type { StatusLease } from './model.ts';
import { signLease, verifyLease } from './status-lease.ts';

const world = makeSampleWorld();
const index = indexBundle(world.bundle);
const lease: StatusLease = {
  gateway: 'TW/GOV/A/gw1',
  nonce: 'n1',
  version: 4,
  leaseMilliseconds: 1000,
  withdrawn: [7],
  bundleVersion: 1,
};
const asked = { gateway: lease.gateway, nonce: lease.nonce, nowSeconds: NOW };

it('accepts the hub’s answer to its own question', async () => {
  expect(verifyLease(await signLease(lease, world.statusKey, 'status-1'), asked, index)).toEqual({
    ok: true,
    value: lease,
  });
});

it('refuses an altered lease', async () => {
  const signed = await signLease(lease, world.statusKey, 'status-1');
  for (const change of [{ withdrawn: [] }, { version: 5 }, { leaseMilliseconds: 9999 }, { bundleVersion: 0 }]) {
    expect(verifyLease({ ...signed, lease: { ...lease, ...change } }, asked, index)).toEqual({
      ok: false,
      error: 'lease-signature',
    });
  }
});

it('refuses a lease signed by a key that is not the status key', async () => {
  expect(verifyLease(await signLease(lease, makeTestKey(), 'status-1'), asked, index)).toEqual({
    ok: false,
    error: 'lease-signature',
  });
  expect(verifyLease(await signLease(lease, world.grantKey, 'grant-1'), asked, index)).toEqual({
    ok: false,
    error: 'lease-unknown-key',
  });
});

it('refuses a lease under a status key outside its time', async () => {
  const signed = await signLease(lease, world.statusKey, 'status-1');
  expect(verifyLease(signed, { ...asked, nowSeconds: NOW + 1001 }, index)).toEqual({
    ok: false,
    error: 'lease-key-not-valid',
  });
});

it('refuses an old answer and one for another gateway', async () => {
  const signed = await signLease(lease, world.statusKey, 'status-1');
  expect(verifyLease(signed, { ...asked, nonce: 'n2' }, index)).toEqual({ ok: false, error: 'lease-replayed' });
  expect(verifyLease(signed, { ...asked, gateway: 'TW/GOV/A/gw2' }, index)).toEqual({
    ok: false,
    error: 'lease-for-another-gateway',
  });
  expect(verifyLease({ ...signed, more: 1 }, asked, index)).toEqual({ ok: false, error: 'lease-malformed' });
});
