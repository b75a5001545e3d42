import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AgencyWorld,
  findLeaks,
  gatewaySecret,
  handover,
  population,
  pseudonymOf,
  residentAt,
  startAgencyWorld,
} from '../testing/agency-world.ts';
import { runAgency } from './index.ts';

let world: AgencyWorld;
beforeAll(async () => {
  world = await startAgencyWorld(2);
}, 120_000);
afterAll(async () => await world?.close());

describe.each([
  ['household', '/registration'],
  ['household', '/household'],
  ['vehicles', '/vehicles'],
  ['vehicles', '/licence'],
] as const)('the door of %s at %s', (agency, path) => {
  const someone = residentAt(population.licences.find((one) => !residentAt(one.holder).foreign)?.holder);
  const headers = () => handover(agency, someone);

  it('opens to the gateway', async () => {
    expect((await world.call(agency, path, headers())).status).toBe(200);
  });

  it.each(['T-Road-Subject', 'T-Road-Purpose', 'T-Road-Fields', 'T-Road-Message-Id'])(
    'refuses a call without %s',
    async (name) => {
      const { [name]: _, ...rest } = headers();
      const { status, type, json } = await world.call(agency, path, rest);
      expect([status, json.rule]).toEqual([400, 'handover']);
      expect(type).toMatch(/^application\/problem\+json/);
      expect(json.translations).toHaveProperty('zh-TW.remedy');
      expect(json.translations).toHaveProperty('en.remedy');
    },
  );

  it('refuses a number where the pseudonym belongs, and does not repeat it', async () => {
    const { status, text } = await world.call(agency, path, { ...headers(), 'T-Road-Subject': someone.nationalNumber });
    expect(status).toBe(400);
    expect(text).not.toContain(someone.nationalNumber);
  });

  it.each([
    ['none', ''],
    ['a wrong one', 'another-secret-of-the-gateway-of-forty-chars'],
  ])('refuses the caller with %s for a secret, whatever else is right', async (_, wrong) => {
    const { status, json } = await world.call(agency, path, { ...headers(), 'T-Road-Gateway-Secret': wrong });
    expect([status, json.rule]).toEqual([403, 'gateway-secret']);
  });

  it("knows nobody by another sector's pseudonym", async () => {
    const { status, json } = await world.call(agency, path, {
      ...headers(),
      'T-Road-Subject': pseudonymOf('elsewhere', someone.nationalNumber),
    });
    expect([status, json.rule]).toEqual([404, 'unknown-subject']);
  });
});

describe('every agency', () => {
  it.each(['household', 'vehicles'] as const)('%s describes itself in OpenAPI 3.1', async (agency) => {
    const { json } = await world.call(agency, '/openapi.json', {});
    expect(json.openapi).toBe('3.1.0');
    for (const operations of Object.values(json.paths) as Record<
      string,
      { operationId: string; parameters: { name: string; required: boolean }[] }
    >[]) {
      for (const operation of Object.values(operations)) {
        expect(operation.operationId).toMatch(/^[a-z]/);
        expect(
          operation.parameters.filter((parameter) => parameter.required).map((parameter) => parameter.name),
        ).toContain('t-road-subject');
      }
    }
    expect(Object.keys(json.paths)).toEqual(
      agency === 'household' ? ['/registration', '/household'] : ['/vehicles', '/licence', '/rectifications'],
    );
  });

  it('enrolled in batches through its own gateway, over an outage, and is ready', async () => {
    expect(world.ports.lines.some((line) => line.includes('enrolment-delayed') && line.includes('status-503'))).toBe(
      true,
    );
    expect(world.batches.length).toBeGreaterThan(2);
    for (const { size, path } of world.batches) {
      expect(size).toBeLessThanOrEqual(500);
      expect(path).toMatch(/^\/r1\/TW\/GOV\/HUB\/identity\/enrolment\/(enrolments|references)$/);
    }
    expect((await world.call('household', '/readyz', {})).status).toBe(200);
    expect((await world.call('household', '/healthz', {})).status).toBe(200);
    expect((await world.call('household', '/metrics', {})).text).toMatch(
      /agency_persons_waiting\{agency="household"\} 0\n# EOF\n$/,
    );
  });

  it('takes up again where enrolment stopped, and asks for nobody twice', async () => {
    const admin = new Client({ connectionString: world.urls.vehicles });
    await admin.connect();
    await admin.query(
      'update vehicles.persons set pseudonym = null where id in (select id from vehicles.persons order by id limit 7)',
    );
    await admin.end();
    const before = world.batches.length;
    await world.restart('vehicles');
    expect(world.batches.slice(before).map((batch) => batch.size)).toEqual([7, 7]);
  });

  it("cannot see the other agency's schema", async () => {
    const client = new Client({ connectionString: world.urls.vehicles });
    await client.connect();
    await expect(client.query('select * from household.residents')).rejects.toThrow(/permission denied/);
    await client.end();
  });

  it('refuses to listen beyond this machine, or behind a secret that could be guessed', async () => {
    const config = {
      agency: 'household',
      databaseUrl: world.urls.household,
      host: '0.0.0.0',
      port: 0,
      gatewaySecret,
      population: { seed: population.seed },
    } as const;
    expect(await runAgency(config, world.ports)).toEqual({ ok: false, error: 'not-loopback' });
    expect(await runAgency({ ...config, host: '127.0.0.1', gatewaySecret: 'short' }, world.ports)).toEqual({
      ok: false,
      error: 'weak-secret',
    });
  });

  it('never lets a personal number out, in an answer or a log', () => {
    expect(world.said().answers.length).toBeGreaterThan(40);
    expect(findLeaks(world)).toEqual([]);
    expect(world.ports.lines.some((line) => line.includes('"dropped"'))).toBe(false);
  });
});
