import { createHash } from 'node:crypto';
import { commit, formatProof } from '@minben/evidence';
import { canonicalize } from '@minben/kernel';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createMemoryLog, makeTestKey, type TestKey } from '../test-support/memory-log.ts';
import { makeSampleWorld, NOW, type SampleWorld, systemRandom } from '../test-support/sample-bundle.ts';
import { makeSampleClaims } from '../test-support/sample-grant.ts';
import { type BundleIndex, indexBundle } from '../trust/index-bundle.ts';
import { openCheckpoint } from '../trust/log-proof.ts';
import { grantDetails, mintGrant } from './mint-grant.ts';
import type { GrantClaims } from './model.ts';
import { verifyGrant } from './verify-grant.ts';

let world: SampleWorld;
let index: BundleIndex;
let token: string;

beforeAll(async () => {
  world = makeSampleWorld();
  index = indexBundle(world.bundle);
  for (let filler = 0; filler < 6; filler += 1) await world.hubLog.append(Buffer.alloc(32, filler));
  token = await mint(makeSampleClaims());
});

async function mint(
  claims: GrantClaims,
  keyId = 'grant-1',
  signer: TestKey = world.grantKey,
  log = world.hubLog,
): Promise<string> {
  const minted = await mintGrant(claims, { signer, keyId, log, random: systemRandom });
  if (!minted.ok) throw new Error(minted.error);
  return minted.value.token;
}

/** A token from parts that `mintGrant` would not write, logged as it stands. */
async function forge(header: string, payload: string, kind = 'grant', signer = world.grantKey): Promise<string> {
  const input = `${Buffer.from(header).toString('base64url')}.${Buffer.from(payload).toString('base64url')}`;
  const jws = `${input}.${Buffer.from(signer.sign(Buffer.from(input)) as Uint8Array).toString('base64url')}`;
  const salt = systemRandom.bytes(32);
  const appended = await world.hubLog.append(commit(kind, salt, Buffer.from(grantDetails(jws))));
  const proof = formatProof({ index: appended.index, path: appended.path, checkpoint: appended.head.checkpoint });
  return `${jws}~${salt.toString('base64url')}~${Buffer.from(proof).toString('base64url')}`;
}

const header = (changes: Record<string, string> = {}) =>
  canonicalize({ alg: 'EdDSA', kid: 'grant-1', typ: 't-road-grant+jwt', ...changes });
const payload = (changes: object = {}) => canonicalize({ ...makeSampleClaims(), ...changes });

function errorOf(candidate: string): string {
  const outcome = verifyGrant(candidate, index);
  return outcome.ok ? 'accepted' : outcome.error;
}

describe('a grant', () => {
  it('is accepted with its claims, its hash and the head that holds it', () => {
    const jws = token.split('~')[0] as string;
    const outcome = verifyGrant(token, index);
    expect(outcome).toMatchObject({
      ok: true,
      value: { claims: makeSampleClaims(), jws, hash: createHash('sha256').update(jws).digest('hex') },
    });
    expect(outcome.ok && outcome.value.hubHead.size).toBe(7);
  });

  it('may have its hub checkpoint checked by the gateway’s own memory of heads', () => {
    const seen: string[] = [];
    const remembering = (checkpoint: string) => {
      seen.push(checkpoint);
      return openCheckpoint(checkpoint, index.hubLogKey);
    };
    expect(verifyGrant(token, index, { checkHubHead: remembering }).ok).toBe(true);
    expect(seen).toHaveLength(1);
    const refusing = () => ({ ok: false, error: 'checkpoint-signature' }) as const;
    expect(verifyGrant(token, index, { checkHubHead: refusing })).toEqual({
      ok: false,
      error: 'grant-checkpoint-signature',
    });
  });

  it('refuses every algorithm but EdDSA', async () => {
    for (const alg of ['none', 'HS256', 'ES256', 'Ed25519'])
      expect(errorOf(await forge(header({ alg }), payload()))).toBe('grant-algorithm');
  });

  it('refuses a token of another type', async () => {
    expect(errorOf(await forge(header({ typ: 'JWT' }), payload()))).toBe('grant-type');
  });

  it('refuses header members beyond alg, kid and typ', async () => {
    expect(errorOf(await forge(header({ jwk: 'mine' }), payload()))).toBe('grant-malformed');
  });

  it('refuses a key that the bundle does not hold, or holds for another role', async () => {
    expect(errorOf(await forge(header({ kid: 'grant-9' }), payload()))).toBe('grant-unknown-key');
    expect(errorOf(await forge(header({ kid: 'status-1' }), payload(), 'grant', world.statusKey))).toBe(
      'grant-unknown-key',
    );
  });

  it('refuses one issued before or after its key’s time', async () => {
    expect(errorOf(await mint(makeSampleClaims({ iat: NOW - 1001 })))).toBe('grant-key-not-valid');
    expect(errorOf(await mint(makeSampleClaims({ iat: NOW + 1001 })))).toBe('grant-key-not-valid');
  });

  it('refuses a signature by another key', async () => {
    expect(errorOf(await mint(makeSampleClaims(), 'grant-1', makeTestKey()))).toBe('grant-signature');
  });

  it('refuses claims that are not canonical', async () => {
    expect(errorOf(await forge(header(), JSON.stringify(makeSampleClaims(), undefined, 1)))).toBe(
      'grant-not-canonical',
    );
    expect(errorOf(await forge(header(), `{"aud":["x"],${payload().slice(1)}`))).toBe('grant-not-canonical');
  });

  it('refuses claims outside the schema', async () => {
    expect(errorOf(await forge(header(), payload({ surprise: 1 })))).toBe('grant-schema');
    expect(errorOf(await forge(header(), payload({ aud: [] })))).toBe('grant-schema');
  });

  it('refuses one that stands in the log as another kind of entry', async () => {
    for (const kind of ['request', 'response', 'bundle', 'withdrawal'])
      expect(errorOf(await forge(header(), payload(), kind))).toBe('grant-not-in-the-log');
  });

  it('refuses the proof of another grant', async () => {
    const [, , otherProof] = (await mint(makeSampleClaims({ jti: 'grant-0002' }))).split('~');
    const [jws, salt] = token.split('~');
    expect(errorOf(`${jws}~${salt}~${otherProof}`)).toBe('grant-not-in-the-log');
  });

  it('refuses a proof in a log that is not the hub’s', async () => {
    const elsewhere = createMemoryLog('elsewhere.example/log');
    expect(errorOf(await mint(makeSampleClaims(), 'grant-1', world.grantKey, elsewhere))).toBe(
      'grant-proof-of-another-log',
    );
    const impostor = createMemoryLog(world.hubLog.origin);
    expect(errorOf(await mint(makeSampleClaims(), 'grant-1', world.grantKey, impostor))).toBe(
      'grant-proof-of-another-log',
    );
  });

  it('refuses a proof with unauthenticated extra data', () => {
    const [jws, salt, proof = ''] = token.split('~');
    const text = Buffer.from(proof, 'base64url').toString().replace('\nindex', '\nextra AAAA\nindex');
    expect(errorOf(`${jws}~${salt}~${Buffer.from(text).toString('base64url')}`)).toBe('grant-proof-malformed');
  });

  it('refuses more than 4 KiB', () => {
    expect(errorOf(`${token}${'A'.repeat(4097 - token.length)}`)).toBe('grant-too-large');
  });

  it('refuses any altered character of the token', () => {
    const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~=+/ ';
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...characters), (position, character) => {
        fc.pre(token[position] !== character);
        expect(errorOf(token.slice(0, position) + character + token.slice(position + 1))).not.toBe('accepted');
      }),
      { numRuns: 1000 },
    );
  });
});

describe('minting', () => {
  it('refuses counted uses at several gateways before the log holds anything', async () => {
    const before = world.hubLog.head.size;
    const claims = makeSampleClaims({ uses: 3, aud: ['a/gw1', 'a/gw2'] });
    const minted = await mintGrant(claims, {
      signer: world.grantKey,
      keyId: 'grant-1',
      log: world.hubLog,
      random: systemRandom,
    });
    expect(minted).toEqual({ ok: false, error: 'counted-grant-needs-one-gateway' });
    expect(world.hubLog.head.size).toBe(before);
  });

  it('refuses a grant that no header could carry', async () => {
    const claims = makeSampleClaims({ fields: Array.from({ length: 200 }, (_, position) => `field-${position}`) });
    const minted = await mintGrant(claims, {
      signer: world.grantKey,
      keyId: 'grant-1',
      log: world.hubLog,
      random: systemRandom,
    });
    expect(minted).toEqual({ ok: false, error: 'grant-too-large' });
  });
});
