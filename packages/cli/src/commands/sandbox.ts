/**
 * `minben sandbox household|vehicles|postgres <config.json>`: one process of the sandbox. An agency's file is
 * `AgencyFile`, the database's `PostgresFile`; secrets stand in files of their own, readable by their owner only.
 */
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createJsonLogger, createRealClock, createRealNetwork, createRealRandom } from '@minben/ports';
import { type AgencyPorts, prepareAgencyDatabase, runAgency, startPostgres } from '@minben/sandbox';
import Type, { type Static } from 'typebox';
import { readConfig, readSecret } from '../read-config.ts';
import { untilStopped } from '../supervisor/until-stopped.ts';

const closed = { additionalProperties: false } as const;
const Port = Type.Integer({ minimum: 0, maximum: 65_535 });

export const AgencyFile = Type.Object(
  {
    agency: Type.Enum(['household', 'vehicles']),
    databaseUrlFile: Type.String(),
    host: Type.String(),
    port: Port,
    gatewaySecretFile: Type.String(),
    population: Type.Object(
      {
        seed: Type.String({ minLength: 1 }),
        households: Type.Optional(Type.Integer({ minimum: 1 })),
        villages: Type.Optional(Type.Integer({ minimum: 22 })),
      },
      closed,
    ),
    enrolment: Type.Optional(
      Type.Object(
        { gatewayUrl: Type.String(), client: Type.String(), service: Type.String(), purpose: Type.String() },
        closed,
      ),
    ),
  },
  closed,
);
export type AgencyFile = Static<typeof AgencyFile>;

export const PostgresFile = Type.Object(
  {
    /** Of the embedded server; unused where `DATABASE_URL` is set. */
    directory: Type.String(),
    operations: Type.Object({ host: Type.String(), port: Port }, closed),
    /** Where each agency's own address is written. */
    databaseUrlFiles: Type.Object({ household: Type.String(), vehicles: Type.String() }, closed),
  },
  closed,
);
export type PostgresFile = Static<typeof PostgresFile>;

export const summary = {
  'zh-TW': '執行測試環境的一個程序：戶政、監理或資料庫',
  en: 'run one process of the sandbox: household registration, motor vehicles, or the database',
};

/** 0 after an orderly end, 1 when it could not start or go on, 2 when the call was wrong. */
export async function run(args: readonly string[]): Promise<number> {
  const [what, path] = args;
  if (path === undefined || !['household', 'vehicles', 'postgres'].includes(what ?? '')) {
    console.error('用法 Usage: minben sandbox household|vehicles|postgres <config.json>');
    return 2;
  }
  const clock = createRealClock();
  const log = createJsonLogger((line) => process.stdout.write(line), clock);
  const network = createRealNetwork();
  const ports: AgencyPorts = { clock, log, random: createRealRandom(), network };
  try {
    return what === 'postgres'
      ? await runPostgres(path, ports)
      : await runSystem(what as AgencyFile['agency'], path, ports);
  } catch (error) {
    return explain((error as Error).message);
  } finally {
    await network.close();
  }
}

async function runSystem(agency: AgencyFile['agency'], path: string, ports: AgencyPorts): Promise<number> {
  const stopped = untilStopped();
  const file = readConfig(path, AgencyFile);
  if (file.agency !== agency) return explain(`${path} is for ${file.agency}, not for ${agency}`);
  for (const secret of [file.databaseUrlFile, file.gatewaySecretFile]) {
    if ((statSync(secret).mode & 0o077) !== 0) return explain(`${secret} may be read by others; chmod 600 it`);
  }
  const { databaseUrlFile, gatewaySecretFile, ...rest } = file;
  const started = await runAgency(
    { ...rest, databaseUrl: readSecret(databaseUrlFile), gatewaySecret: readSecret(gatewaySecretFile) },
    ports,
  );
  if (!started.ok) return explain(started.error);
  ports.log('info', 'stopping', { reason: await stopped });
  await started.value.close();
  return 0;
}

/** Keeps the database running and gives each agency its own corner of it. */
async function runPostgres(path: string, ports: AgencyPorts): Promise<number> {
  const stopped = untilStopped();
  const file = readConfig(path, PostgresFile);
  const given = process.env.DATABASE_URL;
  const started = given ? undefined : await startPostgres({ directory: file.directory }, ports);
  if (started && !started.ok) return explain(`${started.error.reason}: ${started.error.detail}`);
  const adminUrl = given ?? started?.value.url() ?? '';
  for (const agency of ['household', 'vehicles'] as const) {
    const target = file.databaseUrlFiles[agency];
    if (existsSync(target)) continue;
    const url = await prepareAgencyDatabase(adminUrl, agency, ports.random.bytes(32).toString('base64url'));
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    writeFileSync(target, `${url}\n`, { mode: 0o600 });
  }
  const door = await ports.network.serve(file.operations, async (request) => {
    const known = request.path === '/readyz' || request.path === '/healthz';
    return {
      status: known ? 200 : 404,
      headers: [['content-type', 'application/json']],
      body: Buffer.from(JSON.stringify(known ? { ready: true, own: started !== undefined } : {})),
    };
  });
  ports.log('info', 'postgres-ready', { port: door.port, own: started !== undefined });
  ports.log('info', 'stopping', { reason: await stopped });
  await door.close(1000);
  await started?.value.stop();
  return 0;
}

function explain(reason: string): number {
  console.error(`無法啟動 Cannot start: ${reason}`);
  return 1;
}
