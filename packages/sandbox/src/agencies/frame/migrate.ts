/**
 * Brings a schema up to date from numbered `.sql` files, each in its own transaction with the row that records it:
 * a file is applied wholly and once. Two processes that start together are put in order by that row's key.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Kysely, sql } from 'kysely';
import type { AgencyCode } from './model.ts';

/** Returns how many files were applied. */
export async function migrate<Tables>(database: Kysely<Tables>, schema: AgencyCode, folder: URL): Promise<number> {
  await sql`create table if not exists ${sql.table(`${schema}.migrations`)} (name text primary key, applied_at timestamptz not null default now())`.execute(
    database,
  );
  const files = readdirSync(fileURLToPath(folder))
    .filter((name) => name.endsWith('.sql'))
    .sort();
  let applied = 0;
  for (const name of files) {
    await database.transaction().execute(async (transaction) => {
      const recorded =
        await sql`insert into ${sql.table(`${schema}.migrations`)} (name) values (${name}) on conflict (name) do nothing`.execute(
          transaction,
        );
      if (recorded.numAffectedRows === 0n) return;
      await sql.raw(readFileSync(new URL(name, folder), 'utf8')).execute(transaction);
      applied += 1;
    });
  }
  return applied;
}
