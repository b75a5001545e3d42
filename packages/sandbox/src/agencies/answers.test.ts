import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AgencyWorld,
  findLeaks,
  findResident,
  handover,
  population,
  referenceOf,
  residentAt,
  startAgencyWorld,
} from '../testing/agency-world.ts';

let world: AgencyWorld;
beforeAll(async () => {
  world = await startAgencyWorld(0);
}, 120_000);
afterAll(async () => await world?.close());

describe('household registration', () => {
  it("answers the person's own record, with kin as references", async () => {
    const one = findResident(
      (resident) => !resident.foreign && resident.spouse !== undefined && resident.father !== undefined,
    );
    const { status, json } = await world.call('household', '/registration', handover('household', one));
    expect(status).toBe(200);
    const household = population.households[one.household];
    expect(json).toMatchObject({
      name: one.name.registered,
      sex: one.sex,
      birthDate: one.birthDate,
      householdNumber: household?.number,
      relation: one.relation,
    });
    expect(json.address).toMatchObject({
      county: household?.address.county,
      village: household?.address.village,
      text: expect.stringContaining('鄰'),
    });
    const kin = new Map(
      json.kin.map((relative: { relation: string; person: string }) => [relative.relation, relative.person]),
    );
    expect(kin.get('father')).toBe(referenceOf('household', residentAt(one.father).nationalNumber));
    expect(kin.get('spouse')).toBe(referenceOf('household', residentAt(one.spouse).nationalNumber));
  });

  it('names children in other households as kin', async () => {
    const child = findResident(
      (one) => one.father !== undefined && population.residents[one.father]?.household !== one.household,
    );
    const father = residentAt(child.father);
    const { json } = await world.call('household', '/registration', handover('household', father));
    expect(json.kin).toContainEqual({ relation: 'child', person: referenceOf('household', child.nationalNumber) });
  });

  it('answers the household by relation and reference, one of them the person', async () => {
    const one = findResident(
      (resident) =>
        !resident.foreign &&
        !resident.deathDate &&
        (population.households[resident.household]?.members.length ?? 0) > 2,
    );
    const { status, json } = await world.call('household', '/household', handover('household', one));
    expect(status).toBe(200);
    const living =
      population.households[one.household]?.members.filter((member) => !population.residents[member]?.deathDate) ?? [];
    expect(json.members.map((member: { person: string }) => member.person).sort()).toEqual(
      living.map((member) => referenceOf('household', residentAt(member).nationalNumber)).sort(),
    );
    expect(json.members.filter((member: { self: boolean }) => member.self)).toHaveLength(1);
  });

  it('tells that separate households share an address', async () => {
    const byAddress = Map.groupBy(population.households, (household) => JSON.stringify(household.address));
    const shared = [...byAddress.values()].find(
      (households) =>
        households.length > 1 && households.every((one) => !population.residents[one.members[0] as number]?.foreign),
    );
    const [left, right] = shared ?? [];
    const { json } = await world.call('household', '/household', handover('household', residentAt(left?.members[0])));
    expect(json.sameAddress).toContainEqual({ number: right?.number });
  });

  it('says who has died, and that the spouse is widowed', async () => {
    const dead = findResident(
      (one) => one.deathDate !== undefined && one.spouse !== undefined && !population.residents[one.spouse]?.deathDate,
    );
    const record = await world.call('household', '/registration', handover('household', dead));
    expect(record.json).toMatchObject({ status: 'deceased', deathDate: dead.deathDate });
    const spouse = residentAt(dead.spouse);
    if (!spouse.foreign)
      expect((await world.call('household', '/registration', handover('household', spouse))).json.maritalStatus).toBe(
        'widowed',
      );
  });

  it('assembles only what the field list names', async () => {
    const one = findResident((resident) => !resident.foreign);
    const { json } = await world.call(
      'household',
      '/registration',
      handover('household', one, { 'T-Road-Fields': 'address.county, birthDate' }),
    );
    expect(Object.keys(json).sort()).toEqual(['address', 'birthDate']);
  });

  it('does not show a foreigner who stands in a remark as registered', async () => {
    const foreign = findResident((one) => one.foreign && one.spouse !== undefined);
    const { status, json } = await world.call('household', '/registration', handover('household', foreign));
    expect([status, json.rule]).toEqual([404, 'unknown-subject']);
  });
});

describe('motor vehicles', () => {
  it('answers the vehicles that the person owns and keeps, owners as references or companies', async () => {
    for (const kept of [
      population.vehicles.find((one) => one.keeper !== undefined && 'resident' in one.owner),
      population.vehicles.find((one) => 'company' in one.owner),
    ]) {
      const keeper = residentAt(kept?.keeper);
      const { status, json } = await world.call('vehicles', '/vehicles', handover('vehicles', keeper));
      expect(status).toBe(200);
      const expected = population.vehicles.filter(
        (one) => one.keeper === keeper.index || ('resident' in one.owner && one.owner.resident === keeper.index),
      );
      expect(json.vehicles.map((one: { plate: string }) => one.plate).sort()).toEqual(
        expected.map((one) => one.plate).sort(),
      );
      const found = json.vehicles.find((one: { plate: string }) => one.plate === kept?.plate);
      expect(found.role).toBe('keeper');
      if (kept && 'resident' in kept.owner)
        expect(found.owner).toEqual({
          kind: 'person',
          person: referenceOf('vehicles', residentAt(kept.owner.resident).nationalNumber),
        });
      else expect(found.owner).toMatchObject({ kind: 'company', unifiedBusinessNumber: expect.stringMatching(/^00/) });
    }
  });

  it('answers the licences', async () => {
    const licence = population.licences[0];
    const holder = residentAt(licence?.holder);
    const { status, json } = await world.call('vehicles', '/licence', handover('vehicles', holder));
    expect(status).toBe(200);
    expect(json.licences).toContainEqual({
      class: licence?.class,
      issuedOn: licence?.issuedOn,
      validUntil: licence?.validUntil,
      status: licence?.status,
    });
  });

  const owned = population.vehicles.find((one) => 'resident' in one.owner);
  const owner = residentAt(owned !== undefined && 'resident' in owned.owner ? owned.owner.resident : undefined);
  const request = {
    about: { kind: 'vehicle', plate: owned?.plate },
    field: 'firstRegisteredOn',
    shouldBe: '2020-01-01',
    reason: '登記日期有誤',
  };

  it('files a correction once for each message id, and says so', async () => {
    const headers = handover('vehicles', owner, { 'T-Road-Message-Id': '01890a5d-ac96-774b-bcce-b302099a8001' });
    const first = await world.call('vehicles', '/rectifications', headers, request);
    const again = await world.call('vehicles', '/rectifications', headers, request);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.json).toEqual(first.json);
    const other = await world.call('vehicles', '/rectifications', headers, { ...request, reason: '另一件' });
    expect([other.status, other.json.rule]).toEqual([409, 'message-id-reused']);
  });

  it("refuses a correction of another person's vehicle, and a body that is not one", async () => {
    const stranger = findResident(
      (one) => one.index !== owner.index && population.licences.some((licence) => licence.holder === one.index),
    );
    const fresh = { 'T-Road-Message-Id': '01890a5d-ac96-774b-bcce-b302099a8002' };
    const denied = await world.call('vehicles', '/rectifications', handover('vehicles', stranger, fresh), request);
    expect([denied.status, denied.json.rule]).toEqual([404, 'no-such-record']);
    const wrong = await world.call('vehicles', '/rectifications', handover('vehicles', owner, fresh), {
      ...request,
      extra: 1,
    });
    expect([wrong.status, wrong.json.rule]).toEqual([400, 'body']);
  });
});

it('lets no personal number out in any of these answers, and no name into a log', () => {
  expect(world.said().answers.length).toBeGreaterThan(10);
  expect(findLeaks(world)).toEqual([]);
});
