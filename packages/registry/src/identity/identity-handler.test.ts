import { createSubjectSealer, subjectInfo } from '@minben/exchange';
import { completeNationalId } from '@minben/kernel';
import { describe, expect, it } from 'vitest';
import { CLIENT, makeFullWorld, PROVIDER, SERVICE } from '../testing/registry-world.ts';
import { MAXIMUM_ITEMS } from './identity-handler.ts';

const numbers = ['A12345678', 'B12345678', 'C22345678'].map((digits) => completeNationalId(digits));

type Full = Awaited<ReturnType<typeof makeFullWorld>>;

/** Asks identity as the hub's gateway would, for the calling subsystem. */
const askAs =
  ({ world }: Full) =>
  (client: string | undefined, path: string, body: unknown) =>
    world.call(world.running.ports.identity, 'POST', path, body, [
      ['t-road-gateway-secret', world.identitySecret],
      ...(client === undefined ? [] : [['t-road-client', client] as [string, string]]),
    ]);

describe('identity', () => {
  it('enrols persons in the caller’s own sector, in the order of the numbers', async () => {
    const ask = askAs(await makeFullWorld());
    const here = await ask(CLIENT, '/enrolments', { numbers });
    expect(here.json).toMatchObject({ sector: 'vehicles' });
    const reversed = await ask(CLIENT, '/enrolments', { numbers: numbers.toReversed() });
    expect(reversed.json.pseudonyms).toEqual(here.json.pseudonyms.toReversed());
    const there = await ask(`${PROVIDER}/register`, '/enrolments', { numbers });
    expect(there.json.sector).toBe('household');
    expect(new Set([...here.json.pseudonyms, ...there.json.pseudonyms]).size).toBe(6);
  });

  it('answers nobody but the gateway of the hub, whoever a caller claims to be', async () => {
    const { world } = await makeFullWorld();
    const { identity } = world.running.ports;
    for (const secret of [[], [['t-road-gateway-secret', `${world.identitySecret}x`]]] as [string, string][][]) {
      const refused = await world.call(identity, 'POST', '/enrolments', { numbers }, [
        ['t-road-client', CLIENT],
        ...secret,
      ]);
      expect(refused.status).toBe(403);
      expect(refused.json.rule).toBe('not-the-gateway');
    }
  });

  it('answers nobody whom the gateway does not name as a subsystem of the bundle', async () => {
    const ask = askAs(await makeFullWorld());
    for (const client of [undefined, '', 'TW/GOV/NOBODY/register', `${PROVIDER}/other`, `${CLIENT}/more`]) {
      for (const [path, body] of [
        ['/enrolments', { numbers }],
        ['/references', { pseudonyms: [] }],
        ['/subjects', { service: SERVICE, purpose: 'parking-permit', subject: { number: numbers[0] } }],
      ] as const) {
        expect((await ask(client, path, body)).json.rule).toBe('caller-unknown');
      }
    }
  });

  it('refuses wrong numbers by their position and repeats none of them', async () => {
    const ask = askAs(await makeFullWorld());
    const refused = await ask(CLIENT, '/enrolments', { numbers: [numbers[0], 'A123456780', numbers[1], 'x'] });
    expect([refused.status, refused.json.rule, refused.json.positions]).toEqual([422, 'number-invalid', [1, 3]]);
    expect(refused.text).not.toMatch(/[A-Z][12]\d{8}/);
  });

  it('takes at most five hundred in a call', async () => {
    const ask = askAs(await makeFullWorld());
    const many = (count: number) => ({ numbers: Array.from({ length: count }, () => numbers[0]) });
    expect((await ask(CLIENT, '/enrolments', many(MAXIMUM_ITEMS))).json.pseudonyms).toHaveLength(MAXIMUM_ITEMS);
    expect((await ask(CLIENT, '/enrolments', many(MAXIMUM_ITEMS + 1))).json.rule).toBe('too-many-items');
  });

  it('refers to persons of the caller’s own sector only, in another text each time', async () => {
    const ask = askAs(await makeFullWorld());
    const { pseudonyms } = (await ask(CLIENT, '/enrolments', { numbers })).json;
    const one = (await ask(CLIENT, '/references', { pseudonyms })).json.references;
    const two = (await ask(CLIENT, '/references', { pseudonyms })).json.references;
    expect(new Set([...one, ...two]).size).toBe(6);
    expect(one.join()).not.toContain(pseudonyms[0]);
    const stranger = await ask(`${PROVIDER}/register`, '/references', { pseudonyms });
    expect([stranger.json.rule, stranger.json.positions]).toEqual(['subject-unreadable', [0]]);
  });

  it('seals a subject for a statutory call to each gateway that serves it, and never shows the pseudonym', async () => {
    const full = await makeFullWorld();
    const ask = askAs(full);
    const here = (await ask(CLIENT, '/enrolments', { numbers })).json.pseudonyms[0];
    const there = (await ask(`${PROVIDER}/register`, '/enrolments', { numbers })).json.pseudonyms[0];
    const order = (changes: object = {}) => ({
      service: SERVICE,
      purpose: 'parking-permit',
      subject: { pseudonym: here, sector: 'vehicles' },
      ...changes,
    });
    const sealed = await ask(CLIENT, '/subjects', order());
    expect(Object.keys(sealed.json.subject)).toEqual([`${PROVIDER}/gw1`]);
    expect(sealed.text).not.toContain(there);
    const info = subjectInfo(SERVICE, 'parking-permit');
    const text = sealed.json.subject[`${PROVIDER}/gw1`];
    expect(await createSubjectSealer().open(full.provider.sealing, info, text)).toBe(there);

    const ruleOf = async (changes: object, client = CLIENT) =>
      (await ask(client, '/subjects', order(changes))).json.rule;
    expect(await ruleOf({ purpose: 'marketing' })).toBe('no-statutory-agreement');
    expect(await ruleOf({ service: `${PROVIDER}/register/other` })).toBe('no-statutory-agreement');
    const ofHousehold = { subject: { pseudonym: there, sector: 'household' } };
    expect(await ruleOf(ofHousehold, `${PROVIDER}/register`)).toBe('no-statutory-agreement');
    expect(await ruleOf(ofHousehold)).toBe('subject-unreadable');
    expect(await ruleOf({ subject: { reference: 'vehicles.AAAA' } })).toBe('subject-unreadable');
  });
});
