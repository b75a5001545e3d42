/**
 * An agency's own corner of a PostgreSQL server: one role, one schema, and no sight of the others. Statements are
 * portable (UUID keys, no sequences, no advisory locks), so any server that speaks PostgreSQL's language serves.
 */
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { AgencyCode } from './model.ts';

const DATE = 1082;

/** Opens a pool. Dates stay text (`YYYY-MM-DD`): a JavaScript Date would move them by the machine's time zone. */
export function openDatabase<Tables>(url: string, schema: AgencyCode): Kysely<Tables> {
  const parsers: pg.CustomTypesConfig = {
    getTypeParser: (type, format): unknown =>
      type === DATE ? (text: string) => text : pg.types.getTypeParser(type, format),
  };
  const pool = new pg.Pool({ connectionString: url, max: 8, types: parsers });
  // An idle connection that the server ended is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined);
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }).withSchema(schema);
}

/**
 * Makes role, database and schema for an agency, or renews the role's secret. `adminUrl` is a superuser's.
 * Returns the agency's own address.
 */
export async function prepareAgencyDatabase(
  adminUrl: string,
  agency: AgencyCode,
  secret: string,
  database = 'minben',
): Promise<string> {
  await withClient(adminUrl, async (client) => {
    const role = await client.query('select 1 from pg_roles where rolname = $1', [agency]);
    const verb = role.rowCount === 0 ? 'create' : 'alter';
    await client.query(`${verb} role ${agency} login password ${client.escapeLiteral(secret)}`);
    const found = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`);
  });
  await withClient(withPath(adminUrl, database), async (client) => {
    await client.query('revoke all on schema public from public');
    await client.query(`create schema if not exists ${agency} authorization ${agency}`);
  });
  const url = new URL(withPath(adminUrl, database));
  url.username = agency;
  url.password = secret;
  return url.toString();
}

function withPath(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.toString();
}

async function withClient(url: string, use: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}
