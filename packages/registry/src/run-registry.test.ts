import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commit, hashLeaf, parseProof, verifyInclusion } from '@minben/evidence';
import {
  acceptBundle,
  createSubjectSealer,
  indexBundle,
  subjectInfo,
  verifyGrant,
  verifyLease,
} from '@minben/exchange';
import { completeNationalId } from '@minben/kernel';
import { describe, expect, it } from 'vitest';
import { keyOf } from './ceremony/record.ts';
import {
  CLIENT,
  CONSUMER,
  makeFullWorld,
  makeWorld,
  PROVIDER,
  readCeremony,
  SERVICE,
  type World,
  writeService,
} from './testing/registry-world.ts';

/** A synthetic number that must never show in any log line, address or answer. */
const CANARY = completeNationalId('A12345678');
const nowSeconds = () => Math.floor(Date.now() / 1000);

async function mint(world: World, changes: object = {}) {
  return world.operate('POST', '/grants', {
    agreement: 'by-consent',
    subject: { number: CANARY },
    seconds: 600,
    ...changes,
  });
}

describe('a registry that starts', () => {
  it('publishes a bundle that a gateway accepts under the key of the ceremony', async () => {
    const { world } = await makeFullWorld();
    const record = await readCeremony(world);
    const sealed = (await world.call(world.running.ports.public, 'GET', '/bundle')).json;
    const trust = { pinnedKey: keyOf(record, 'bundle').public, hubLogKey: world.running.registry.logKey };
    const accepted = acceptBundle(sealed, trust, nowSeconds());
    expect(accepted).toMatchObject({
      ok: true,
      value: { instance: 'TW', members: [{ id: PROVIDER }, { id: CONSUMER }] },
    });
    expect(world.lines.join('')).not.toContain('handler failed');
  });

  it('gives each follower the chain of versions, one by one', async () => {
    const { world } = await makeFullWorld();
    const { public: port } = world.running.ports;
    const first = (await world.call(port, 'GET', '/bundle/1')).json;
    const second = (await world.call(port, 'GET', '/bundle/2')).json;
    const held = JSON.parse(first.details);
    expect(acceptBundle(second, { current: held }, nowSeconds())).toMatchObject({ ok: true, value: { version: 2 } });
    expect((await world.call(port, 'GET', '/bundle/99')).status).toBe(404);
  });

  it('holds a question for a newer bundle until there is one', async () => {
    const { world } = await makeFullWorld();
    const { public: port } = world.running.ports;
    const version = world.running.registry.store.newest?.version ?? 0;
    const waiting = world.call(port, 'GET', `/bundle?after=${version}&wait=20`);
    await world.writeSource('purposes/second.json', { code: 'second', title: { 'zh-TW': '二', en: 'Two' } });
    await world.operate('POST', '/bundle');
    expect(JSON.parse((await waiting).json.details).version).toBe(version + 1);
    expect((await world.call(port, 'GET', `/bundle?after=${version + 1}`)).status).toBe(204);
  });

  it('notices changed source files by itself', async () => {
    const { world } = await makeFullWorld();
    const version = world.running.registry.store.newest?.version ?? 0;
    const waiting = world.call(world.running.ports.public, 'GET', `/bundle?after=${version}&wait=20`);
    await world.writeSource('purposes/second.json', { code: 'second', title: { 'zh-TW': '二', en: 'Two' } });
    expect(JSON.parse((await waiting).json.details).purposes).toHaveLength(2);
  });

  it('publishes nothing while a file is wrong, and names every file and field in both languages', async () => {
    const { world } = await makeFullWorld();
    const version = world.running.registry.store.newest?.version;
    await world.writeSource('members/broken.json', {
      id: 'TW/GOV/BROKEN',
      name: { 'zh-TW': '壞' },
      sector: 'x',
      subsystems: 'none',
    });
    await world.writeSource('purposes/not-json.json', '{');
    const refused = await world.operate('POST', '/bundle');
    expect(refused.status).toBe(422);
    expect(refused.json.problems).toEqual(
      expect.arrayContaining([
        {
          file: 'members/broken.json',
          field: 'name.en',
          text: { 'zh-TW': '缺少這個欄位。', en: 'This field is missing.' },
        },
        {
          file: 'members/broken.json',
          field: 'subsystems',
          text: expect.objectContaining({ en: 'This must be of type array.' }),
        },
        { file: 'purposes/not-json.json', field: '', text: expect.objectContaining({ 'zh-TW': '不是有效的 JSON。' }) },
      ]),
    );
    expect(world.running.registry.store.newest?.version).toBe(version);
    expect((await world.call(world.running.ports.operator, 'GET', '/readyz')).json).toEqual({
      ready: false,
      reasons: ['sources-invalid'],
    });
  });

  it('serves its log as tiles, and witnesses have cosigned it', async () => {
    const { world } = await makeFullWorld();
    await expect
      .poll(() => world.running.registry.journal.log.witnessed?.size ?? 0, { timeout: 15_000 })
      .toBeGreaterThan(0);
    const checkpoint = await world.call(world.running.ports.public, 'GET', '/tlog/checkpoint');
    expect(checkpoint.text).toContain('hub.example/log\n');
    expect((await world.call(world.running.ports.public, 'GET', '/tlog/../log/journal')).status).toBe(404);
  });

  it('refuses to start when a key is not the one of the ceremony', async () => {
    const world = await makeWorld();
    await writeFile(
      join(world.directory, 'keys/grant/grant.key'),
      await readFile(join(world.directory, 'keys/status/status.key')),
    );
    await expect(world.start()).rejects.toThrow('grant-key-not-in-record');
  });

  it('refuses to start when nobody could tell it that it was restored from a backup', async () => {
    const world = await makeWorld();
    await world.writeSource('witnesses/one.json', '{}');
    await expect(world.start()).rejects.toThrow('no-witness');
  });
});

describe('the operator port', () => {
  it('opens to nobody without the token', async () => {
    const { world } = await makeFullWorld();
    const { operator } = world.running.ports;
    for (const headers of [[], [['authorization', 'Bearer wrong']], [['authorization', world.token]]] as [
      string,
      string,
    ][][]) {
      const refused = await world.call(operator, 'POST', '/grants', {}, headers);
      expect([refused.status, refused.json.rule]).toEqual([401, 'token-missing-or-wrong']);
    }
  });

  it('tells health, readiness and figures without it', async () => {
    const { world } = await makeFullWorld();
    const { operator } = world.running.ports;
    expect((await world.call(operator, 'GET', '/healthz')).text).toBe('ok\n');
    expect((await world.call(operator, 'GET', '/readyz')).json).toEqual({ ready: true, reasons: [] });
    expect((await world.call(operator, 'GET', '/metrics')).text).toMatch(/^minben_registry_bundle_version \d+$/m);
  });

  it('mints a grant that a gateway verifies and opens to the provider’s pseudonym', async () => {
    const { world, provider } = await makeFullWorld();
    const minted = await mint(world, { case: 'case-1' });
    expect(minted.status).toBe(201);
    const index = indexBundle(
      JSON.parse((await world.call(world.running.ports.public, 'GET', '/bundle')).json.details),
    );
    const verified = verifyGrant(minted.json.token, index);
    if (!verified.ok) throw new Error(verified.error);
    const { claims } = verified.value;
    expect(claims).toMatchObject({
      aud: [`${PROVIDER}/gw1`],
      client: CLIENT,
      service: SERVICE,
      purpose: 'parking-permit',
      fields: ['name', 'address'],
      case: 'case-1',
      cnf: { member: CONSUMER, gateways: [`${CONSUMER}/gw1`] },
    });
    const subject = await createSubjectSealer().open(
      provider.sealing,
      subjectInfo(SERVICE, 'parking-permit'),
      claims.subject[`${PROVIDER}/gw1`] ?? '',
    );
    const enrolled = await world.call(world.running.ports.identity, 'POST', '/enrolments', { numbers: [CANARY] }, [
      ['t-road-client', `${PROVIDER}/register`],
      ['t-road-gateway-secret', world.identitySecret],
    ]);
    expect(subject).toBe(enrolled.json.pseudonyms[0]);
  });

  const refusals: [string, object, string][] = [
    ['an unknown agreement', { agreement: 'none' }, 'agreement-unknown'],
    ['a statutory agreement', { agreement: 'by-statute' }, 'agreement-not-consent'],
    ['a purpose outside the agreement', { purpose: 'marketing' }, 'purpose-outside-agreement'],
    ['fields outside the agreement', { fields: ['birth'] }, 'fields-outside-agreement'],
    ['a gateway that does not serve it', { audience: [`${CONSUMER}/gw1`] }, 'gateway-outside-agreement'],
    ['a presenter that is not the consumer’s', { presenters: [`${PROVIDER}/gw1`] }, 'gateway-outside-agreement'],
    ['more than a year', { seconds: 400 * 86_400 }, 'validity-out-of-range'],
    ['a wrong check digit', { subject: { number: 'A123456788' } }, 'number-invalid'],
    ['a made-up pseudonym', { subject: { pseudonym: 'A'.repeat(43), sector: 'vehicles' } }, 'subject-unreadable'],
    ['what is no order', { surprise: 1 }, 'body-malformed'],
  ];
  it('refuses to mint beyond the agreement', async () => {
    const { world } = await makeFullWorld();
    const before = world.running.registry.journal.log.head.size;
    for (const [, changes, rule] of refusals) {
      const refused = await mint(world, changes);
      expect(refused.json.rule).toBe(rule);
      expect(Object.keys(refused.json.translations)).toEqual(['zh-TW', 'en']);
    }
    expect(world.running.registry.journal.log.head.size).toBe(before);
  });

  it('names exactly one gateway in a grant with counted uses', async () => {
    const { world } = await makeFullWorld();
    const minted = await mint(world, { uses: 3 });
    const payload = JSON.parse(Buffer.from(minted.json.token.split('.')[1], 'base64url').toString());
    expect([payload.aud, payload.uses]).toEqual([[`${PROVIDER}/gw1`], 3]);
  });

  it('gives no two grants the same position, however many are minted at once', async () => {
    const { world } = await makeFullWorld();
    const minted = await Promise.all(Array.from({ length: 20 }, () => mint(world)));
    expect(new Set(minted.map(({ json }) => json.status)).size).toBe(20);
  });

  it('registers a gateway anew with its old certificate still good', async () => {
    const { world, consumer } = await makeFullWorld();
    const again = await world.registerGateway(CONSUMER);
    expect(again.answer.status).toBe(201);
    const renewal = { gateway: `${CONSUMER}/gw1`, nonce: 'n', known: 0, acknowledged: 0, waitMilliseconds: 0 };
    expect((await world.renew(consumer.identity, renewal)).status).toBe(200);
    expect((await world.renew(again.identity, renewal)).status).toBe(200);
  });

  it('takes back a registration that could not be published', async () => {
    const { world } = await makeFullWorld();
    const refused = await world.registerGateway('TW/GOV/NOBODY');
    expect(refused.answer.json).toMatchObject({
      status: 422,
      rule: 'gateway-invalid',
      problems: [{ field: 'member' }],
    });
    expect((await world.operate('POST', '/bundle')).json.outcome).toBe('unchanged');
  });
});

describe('a withdrawal over the wire', () => {
  it('reaches the gateway in its next lease and becomes effective when acknowledged', async () => {
    const { world, provider } = await makeFullWorld();
    const { jti, status } = (await mint(world)).json;
    const gateway = `${PROVIDER}/gw1`;
    const renewal = (known: number, acknowledged: number, waitMilliseconds = 0) => ({
      gateway,
      nonce: 'abc',
      known,
      acknowledged,
      waitMilliseconds,
    });
    await world.renew(provider.identity, renewal(0, 0));
    expect((await world.operate('GET', `/withdrawals/${jti}`)).json.rule).toBe('not-withdrawn');

    const waiting = world.renew(provider.identity, renewal(0, 0, 5000));
    const withdrawn = await world.operate('POST', '/withdrawals', { jti });
    expect(withdrawn.json).toMatchObject({ jti, version: 1, gateways: [{ gateway }] });
    await waiting;
    const signed = (await world.renew(provider.identity, renewal(0, 0))).json;
    const index = indexBundle(
      JSON.parse((await world.call(world.running.ports.public, 'GET', '/bundle')).json.details),
    );
    const lease = verifyLease(signed, { gateway, nonce: 'abc', nowSeconds: nowSeconds() }, index);
    expect(lease).toMatchObject({ ok: true, value: { version: 1, withdrawn: [status] } });

    await world.renew(provider.identity, renewal(1, 1));
    expect((await world.operate('GET', `/withdrawals/${jti}`)).json).toMatchObject({
      effective: true,
      gateways: [{ state: 'acknowledged' }],
    });
  });

  it('comes with a receipt that opens its entry in the hub’s log', async () => {
    const { world } = await makeFullWorld();
    const { jti } = (await mint(world)).json;
    const { receipt } = (await world.operate('POST', '/withdrawals', { jti })).json;
    const proof = parseProof(receipt.proof);
    if (!proof.ok) throw new Error(proof.error);
    const entry = commit('withdrawal', Buffer.from(receipt.salt, 'base64url'), receipt.details);
    expect(verifyInclusion(hashLeaf(entry), proof.value.index, proof.value.head, proof.value.path)).toBe(true);
    expect(JSON.parse(receipt.details)).toMatchObject({ v: 1, jti, version: 1 });
  });

  it('of an unknown grant is refused, twice is once', async () => {
    const { world } = await makeFullWorld();
    expect((await world.operate('POST', '/withdrawals', { jti: 'none' })).json.rule).toBe('grant-unknown');
    const { jti } = (await mint(world)).json;
    const [one, two] = await Promise.all([
      world.operate('POST', '/withdrawals', { jti }),
      world.operate('POST', '/withdrawals', { jti }),
    ]);
    expect([one.json.version, two.json.version]).toEqual([1, 1]);
  });

  it('gives a lease to no gateway under another’s name', async () => {
    const { world, consumer } = await makeFullWorld();
    const refused = await world.renew(consumer.identity, {
      gateway: `${PROVIDER}/gw1`,
      nonce: 'n',
      known: 0,
      acknowledged: 0,
      waitMilliseconds: 0,
    });
    expect([refused.status, refused.json.rule]).toEqual([403, 'certificate-not-of-this-gateway']);
  });

  it('outlives a restart, with grants, positions and acknowledgements', async () => {
    const { world, provider } = await makeFullWorld();
    const [first, second] = [(await mint(world)).json, (await mint(world)).json];
    await world.operate('POST', '/withdrawals', { jti: first.jti });
    const gateway = `${PROVIDER}/gw1`;
    await world.renew(provider.identity, { gateway, nonce: 'n', known: 1, acknowledged: 1, waitMilliseconds: 0 });
    await world.stop();
    await world.start();
    const lease = await world.renew(provider.identity, {
      gateway,
      nonce: 'n',
      known: 0,
      acknowledged: 0,
      waitMilliseconds: 0,
    });
    expect(lease.json.lease).toMatchObject({ version: 1, withdrawn: [first.status] });
    expect((await world.operate('GET', `/withdrawals/${first.jti}`)).json).toMatchObject({
      effective: true,
      receipt: { kind: 'withdrawal' },
    });
    expect((await mint(world)).json.status).toBeGreaterThan(second.status);
    expect((await world.operate('POST', '/withdrawals', { jti: second.jti })).json.version).toBe(2);
  });
});

describe('no number of a person', () => {
  it('stands in any log line, and a reference or pseudonym works in its stead', async () => {
    const { world } = await makeFullWorld();
    const { identity } = world.running.ports;
    const caller: [string, string][] = [
      ['t-road-client', CLIENT],
      ['t-road-gateway-secret', world.identitySecret],
    ];
    const { json: enrolled } = await world.call(identity, 'POST', '/enrolments', { numbers: [CANARY] }, caller);
    const { json: referred } = await world.call(
      identity,
      'POST',
      '/references',
      { pseudonyms: enrolled.pseudonyms },
      caller,
    );
    expect((await mint(world, { subject: { reference: referred.references[0] } })).status).toBe(201);
    expect((await mint(world, { subject: { pseudonym: enrolled.pseudonyms[0], sector: 'vehicles' } })).status).toBe(
      201,
    );
    await mint(world, { subject: { number: 'A123456788' } });
    expect(world.lines.length).toBeGreaterThan(0);
    expect(world.lines.join('')).not.toMatch(/[A-Z][12]\d{8}/);
  });

  it('is taken for a subject where persons are real', async () => {
    const world = await makeWorld();
    const file = join(world.directory, 'registry.json');
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), sandbox: false }));
    await world.start();
    await world.registerGateway(CONSUMER);
    await world.registerGateway(PROVIDER);
    await writeService(world);
    await world.operate('POST', '/bundle');
    expect((await mint(world)).json.rule).toBe('numbers-not-accepted');
  });
});
