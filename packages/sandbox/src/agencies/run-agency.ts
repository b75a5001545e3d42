/** Starts an agency's system: schema, population, door, enrolment. */
import { fail, type Result, succeed } from '@minben/kernel';
import type { Kysely } from 'kysely';
import { generatePopulation } from '../population/index.ts';
import { startEnrolment } from './enrolment/enrol.ts';
import { openDatabase } from './frame/database.ts';
import { countWaiting } from './frame/find-subject.ts';
import { migrate } from './frame/migrate.ts';
import type { AgencyConfig, AgencyPorts, AgencySystem } from './frame/model.ts';
import { createServer } from './frame/server.ts';
import { householdSystem } from './household/system.ts';
import { vehiclesSystem } from './vehicles/system.ts';

export interface RunningAgency {
  readonly port: number;
  /** Resolves when every person has a pseudonym, or at once where the agency does not enrol. */
  readonly enrolled: Promise<void>;
  /** Answers calls in flight, then ends. */
  close(): Promise<void>;
}

const LOOPBACK = new Set(['127.0.0.1', '::1']);
const SHORTEST_SECRET = 32;

/** Runs until closed. Refuses an address beyond this machine and a secret that could be guessed. */
export async function runAgency(
  config: AgencyConfig,
  ports: AgencyPorts,
): Promise<Result<RunningAgency, 'not-loopback' | 'weak-secret'>> {
  if (!LOOPBACK.has(config.host)) return fail('not-loopback');
  if (config.gatewaySecret.length < SHORTEST_SECRET) return fail('weak-secret');
  return succeed(
    config.agency === 'household'
      ? await run(householdSystem, config, ports)
      : await run(vehiclesSystem, config, ports),
  );
}

interface Loads {
  loads: { seed: string; as_of: string; loaded_at: Date };
}

async function run<Tables extends Loads>(
  system: AgencySystem<Tables>,
  config: AgencyConfig,
  ports: AgencyPorts,
): Promise<RunningAgency> {
  const database = openDatabase<Tables>(config.databaseUrl, system.code);
  await migrate(database, system.code, system.migrations);
  await loadOnce(system, database, config, ports);
  const server = await createServer(system, config, ports, {
    async reasons() {
      const waiting = await countWaiting(database, system.personTable).catch(() => undefined);
      if (waiting === undefined) return ['database-unreachable'];
      return waiting > 0 && config.enrolment ? ['enrolment-unfinished'] : [];
    },
    waiting: () => countWaiting(database, system.personTable),
  });
  system.addRoutes(server, database, ports);
  const address = await server.listen({ host: config.host, port: config.port });
  const port = Number(new URL(address).port);
  ports.log('info', 'agency-listening', { agency: system.code, port });
  const enrolment =
    config.enrolment && startEnrolment(database as never, system.code, system.personTable, config.enrolment, ports);
  return {
    port,
    enrolled: enrolment?.finished ?? Promise.resolve(),
    async close() {
      enrolment?.stop();
      await server.close();
      await enrolment?.finished;
      await database.destroy();
    },
  };
}

/** Takes the population in, wholly or not at all; a second start finds the row and leaves things alone. */
async function loadOnce<Tables extends Loads>(
  system: AgencySystem<Tables>,
  database: Kysely<Tables>,
  config: AgencyConfig,
  ports: AgencyPorts,
): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    const loads = transaction as unknown as Kysely<Loads>;
    const { seed } = config.population;
    const found = await loads.selectFrom('loads').select('seed').where('seed', '=', seed).executeTakeFirst();
    if (found !== undefined) return;
    const population = generatePopulation(config.population);
    await system.load(transaction, population);
    await loads
      .insertInto('loads')
      .values({ seed, as_of: population.asOf, loaded_at: new Date(ports.clock.now()) })
      .execute();
    ports.log('info', 'population-loaded', { agency: system.code, residents: population.residents.length });
  });
}
