import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createMemoryLog, makeTestKey } from '../test-support/memory-log.ts';
import { makeSampleWorld, NOW, type SampleWorld, systemRandom } from '../test-support/sample-bundle.ts';
import { acceptBundle, type BundleTrust, digestBundle } from './accept-bundle.ts';
import type { SealedBundle, TrustBundle } from './bundle-model.ts';
import { sealBundle } from './seal-bundle.ts';

let world: SampleWorld;
let sealed: SealedBundle;
let pinned: BundleTrust;

beforeAll(async () => {
  world = makeSampleWorld();
  // A log with other entries, so that the proof has a path.
  for (let filler = 0; filler < 5; filler += 1) await world.hubLog.append(Buffer.alloc(32, filler));
  sealed = await seal(world.bundle);
  pinned = { pinnedKey: world.bundleKey.text, hubLogKey: world.hubLog.verifierKey };
});

function seal(bundle: TrustBundle, signer = world.bundleKey, log = world.hubLog): Promise<SealedBundle> {
  return sealBundle(bundle, { signer, log, random: systemRandom });
}

function successor(changes: Partial<TrustBundle> = {}): TrustBundle {
  return { ...world.bundle, version: 2, previous: digestBundle(sealed.details), ...changes };
}

function errorOf(candidate: unknown, trust: BundleTrust, now = NOW): string {
  const outcome = acceptBundle(candidate, trust, now);
  return outcome.ok ? 'accepted' : outcome.error;
}

describe('a trust bundle', () => {
  it('is accepted under the pinned key with its proof', () => {
    expect(acceptBundle(sealed, pinned, NOW)).toEqual({ ok: true, value: world.bundle });
  });

  it('is accepted as the next version of the one that is held', async () => {
    expect(errorOf(await seal(successor()), { current: world.bundle })).toBe('accepted');
  });

  it('is accepted when versions between were missed', async () => {
    expect(errorOf(await seal(successor({ version: 5, previous: 'ab'.repeat(32) })), { current: world.bundle })).toBe(
      'accepted',
    );
  });

  it('is accepted under the successor key that the current bundle announced', async () => {
    const next = makeTestKey();
    const current = { ...world.bundle, keys: { ...world.bundle.keys, next: next.text } };
    const rolled = { ...current, version: 2, previous: '', keys: { ...world.bundle.keys, bundle: next.text } };
    const digest = digestBundle((await seal(current)).details);
    expect(errorOf(await seal({ ...rolled, previous: digest }, next), { current })).toBe('accepted');
  });

  it('refuses a key that was neither pinned nor announced', async () => {
    const stranger = makeTestKey();
    const bundle = successor({ keys: { ...world.bundle.keys, bundle: stranger.text } });
    expect(errorOf(await seal(bundle, stranger), { current: world.bundle })).toBe('bundle-untrusted-key');
    expect(errorOf(await seal(bundle, stranger), pinned)).toBe('bundle-untrusted-key');
  });

  it('refuses a signature by another key than the one it names', () => {
    const signature = Buffer.from(
      makeTestKey().sign(Buffer.from(`minben/bundle/1\n${sealed.details}`)) as Uint8Array,
    ).toString('base64url');
    expect(errorOf({ ...sealed, signature }, pinned)).toBe('bundle-signature');
  });

  it('refuses a version that is not higher', async () => {
    expect(errorOf(sealed, { current: world.bundle })).toBe('bundle-not-newer');
    expect(errorOf(sealed, { ...pinned, minimumVersion: 2 })).toBe('bundle-not-newer');
  });

  it('refuses a next version that does not name the hash of the one before', async () => {
    expect(errorOf(await seal(successor({ previous: 'ab'.repeat(32) })), { current: world.bundle })).toBe(
      'bundle-broken-chain',
    );
  });

  it('refuses another instance', async () => {
    expect(errorOf(await seal(successor({ instance: 'XX' })), { current: world.bundle })).toBe('bundle-other-instance');
  });

  it('refuses text that is not canonical', () => {
    expect(errorOf({ ...sealed, details: `${sealed.details} ` }, pinned)).toBe('bundle-not-canonical');
  });

  it('refuses content outside the schema', async () => {
    const extra = { ...world.bundle, surprise: true } as unknown as TrustBundle;
    expect(errorOf(await seal(extra), pinned)).toBe('bundle-schema');
    expect(errorOf({ ...sealed, surprise: 1 }, pinned)).toBe('bundle-malformed');
  });

  it('refuses the proof of another entry', async () => {
    const other = await seal({ ...world.bundle, issuedAt: NOW - 59 });
    expect(errorOf({ ...sealed, proof: other.proof }, pinned)).toBe('not-in-the-log');
    expect(errorOf({ ...sealed, salt: other.salt }, pinned)).toBe('not-in-the-log');
  });

  it('refuses a proof in a log that is not the hub’s', async () => {
    const elsewhere = await seal(world.bundle, world.bundleKey, createMemoryLog('elsewhere.example/log'));
    expect(errorOf(elsewhere, pinned)).toBe('proof-of-another-log');
  });

  it('refuses a checkpoint under the hub’s name that the hub did not sign', async () => {
    const impostor = await seal(world.bundle, world.bundleKey, createMemoryLog(world.hubLog.origin));
    expect(errorOf(impostor, pinned)).toBe('proof-of-another-log');
  });

  it('follows the hub to a new log only under the successor key', async () => {
    const log = createMemoryLog('hub.example/second-log');
    const hub = { ...world.bundle.hub, origin: log.origin, logKey: log.verifierKey };
    expect(errorOf(await seal(successor({ hub }), world.bundleKey, log), { current: world.bundle })).toBe(
      'bundle-hub-log-changed',
    );
    const next = makeTestKey();
    const current = { ...world.bundle, keys: { ...world.bundle.keys, next: next.text } };
    const moved = { ...successor({ hub }), version: 3, keys: { ...world.bundle.keys, bundle: next.text } };
    expect(errorOf(await seal(moved, next, log), { current })).toBe('accepted');
  });

  it('refuses one older than its policy allows', () => {
    const limit = world.bundle.issuedAt + world.bundle.policy.maximumAgeSeconds;
    expect(errorOf(sealed, pinned, limit)).toBe('accepted');
    expect(errorOf(sealed, pinned, limit + 1)).toBe('bundle-too-old');
  });

  it('refuses one issued in the future', () => {
    expect(errorOf(sealed, pinned, world.bundle.issuedAt - 31)).toBe('bundle-from-the-future');
  });

  it('refuses any altered character of text, signature, salt or proof', () => {
    const part = fc.constantFrom('details', 'signature', 'salt', 'proof') as fc.Arbitrary<keyof SealedBundle>;
    fc.assert(
      fc.property(part, fc.nat(), fc.integer({ min: 1, max: 127 }), (name, position, flip) => {
        const bytes = Buffer.from(sealed[name]);
        const at = position % bytes.length;
        bytes[at] = (bytes[at] as number) ^ flip;
        expect(errorOf({ ...sealed, [name]: bytes.toString() }, pinned)).not.toBe('accepted');
      }),
      { numRuns: 500 },
    );
  });
});
