/* oxlint-disable typescript/no-explicit-any -- tests look freely into answers of many shapes */
/**
 * Both agencies over real HTTP on a real PostgreSQL, with a stand-in for the gateway's consumer port that enrols as
 * identity does: one pseudonym for each sector and person, one reference beside it.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Listener } from '@minben/ports';
import { type AgencyCode, prepareAgencyDatabase, type RunningAgency, runAgency } from '../agencies/index.ts';
import { generatePopulation, type Population, type Resident } from '../population/index.ts';
import { startPostgres } from '../postgres/index.ts';
import { makeTestPorts, type TestPorts } from './test-ports.ts';

export const population: Population = generatePopulation({ seed: 'agencies', households: 400, villages: 40 });
export const gatewaySecret = 'a-secret-of-the-gateway-of-forty-characters';

export interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into documents of many shapes
  readonly json: any;
}

export interface AgencyWorld {
  readonly ports: TestPorts;
  readonly batches: readonly { readonly size: number; readonly path: string }[];
  readonly urls: Readonly<Record<AgencyCode, string>>;
  call(agency: AgencyCode, path: string, headers: Record<string, string>, body?: unknown): Promise<Answer>;
  restart(agency: AgencyCode): Promise<void>;
  /** Everything that was answered, and everything that was logged by agencies and database. */
  said(): { readonly answers: readonly string[]; readonly log: string };
  close(): Promise<void>;
}

export const pseudonymOf = (sector: string, number: string): string =>
  createHash('sha256').update(`${sector}/${number}`).digest('base64url');
export const referenceOf = (sector: string, number: string): string => sealed(pseudonymOf(sector, number));
const sealed = (pseudonym: string): string => `sealed.${createHash('sha256').update(pseudonym).digest('base64url')}`;

/** What the gateway sends along for a person. */
export function handover(
  agency: AgencyCode,
  resident: Resident,
  changed: Record<string, string> = {},
): Record<string, string> {
  return {
    'T-Road-Gateway-Secret': gatewaySecret,
    'T-Road-Subject': pseudonymOf(agency, resident.nationalNumber),
    'T-Road-Purpose': 'parking-permit',
    'T-Road-Fields': 'whole-document',
    'T-Road-Message-Id': '01890a5d-ac96-774b-bcce-b302099a8057',
    ...changed,
  };
}

export function residentAt(index: number | undefined): Resident {
  const found = index === undefined ? undefined : population.residents[index];
  if (!found) throw new Error('nobody at this position');
  return found;
}

export function findResident(matches: (one: Resident) => boolean): Resident {
  return residentAt(population.residents.findIndex(matches));
}

/** The first `outages` calls of enrolment are answered 503. */
export async function startAgencyWorld(outages: number): Promise<AgencyWorld> {
  const ports = makeTestPorts();
  const folder = mkdtempSync(join(tmpdir(), 'minben-test-'));
  const postgres = await startPostgres({ directory: join(folder, 'postgres') }, ports);
  if (!postgres.ok) throw new Error(postgres.error.detail);
  const batches: { size: number; path: string }[] = [];
  const answers: string[] = [];
  const gateway = await serveEnrolment(ports, outages, batches);
  const urls = {} as Record<AgencyCode, string>;
  const agencies = {} as Record<AgencyCode, RunningAgency>;

  const start = async (agency: AgencyCode) => {
    const enrolment = {
      gatewayUrl: `http://127.0.0.1:${gateway.port}`,
      client: `TW/GOV/${agency.toUpperCase()}/register`,
      service: 'TW/GOV/HUB/identity/enrolment',
      purpose: 'enrolment',
    };
    const { seed } = population;
    const running = await runAgency(
      {
        agency,
        databaseUrl: urls[agency],
        host: '127.0.0.1',
        port: 0,
        gatewaySecret,
        population: { seed, households: 400, villages: 40 },
        enrolment,
      },
      ports,
    );
    if (!running.ok) throw new Error(running.error);
    agencies[agency] = running.value;
    await running.value.enrolled;
  };

  for (const agency of ['household', 'vehicles'] as const) {
    urls[agency] = await prepareAgencyDatabase(postgres.value.url(), agency, `${agency}-secret`);
    await start(agency);
  }

  return {
    ports,
    batches,
    urls,
    async call(agency, path, headers, body) {
      const response = await fetch(`http://127.0.0.1:${agencies[agency].port}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      answers.push(text);
      const type = response.headers.get('content-type');
      return { status: response.status, type, text, json: type?.includes('json') ? JSON.parse(text) : undefined };
    },
    async restart(agency) {
      await agencies[agency].close();
      await start(agency);
    },
    said: () => ({
      answers,
      log: [...ports.lines, readFileSync(join(folder, 'postgres', 'server.log'), 'utf8')].join('\n'),
    }),
    async close() {
      for (const agency of Object.values(agencies)) await agency.close();
      await gateway.close(0);
      await postgres.value.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function serveEnrolment(
  ports: TestPorts,
  outages: number,
  batches: { size: number; path: string }[],
): Promise<Listener> {
  let left = outages;
  return await ports.network.serve({ host: '127.0.0.1', port: 0 }, async (request) => {
    left -= 1;
    if (left >= 0) return { status: 503, headers: [], body: Buffer.alloc(0) };
    const client = request.headers.find(([name]) => name === 'x-road-client')?.[1];
    const sector = client === 'TW/GOV/VEHICLES/register' ? 'vehicles' : 'household';
    const asked = JSON.parse(Buffer.from(request.body).toString()) as { numbers?: string[]; pseudonyms?: string[] };
    batches.push({ size: (asked.numbers ?? asked.pseudonyms ?? []).length, path: request.path });
    const answer = asked.numbers
      ? { sector, pseudonyms: asked.numbers.map((number) => pseudonymOf(sector, number)) }
      : { references: (asked.pseudonyms ?? []).map((pseudonym) => sealed(pseudonym)) };
    const body = Buffer.from(JSON.stringify(answer));
    return { status: 200, headers: [['content-type', 'application/json']], body };
  });
}

/** Personal numbers found where none may be, and names found in logs. */
export function findLeaks(world: AgencyWorld): string[] {
  const { answers, log } = world.said();
  const said = [...answers, log].join('\n');
  return population.residents.flatMap((one) => [
    ...[one.nationalNumber, ...(one.formerNumber ? [one.formerNumber] : [])].filter((number) => said.includes(number)),
    ...(log.includes(one.name.registered) ? [one.name.registered] : []),
  ]);
}
