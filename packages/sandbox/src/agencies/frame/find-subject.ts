import { type Kysely, sql } from 'kysely';
import type { AgencySystem, EnrolledColumns } from './model.ts';
import { Refusal } from './problems.ts';

type PersonTable = AgencySystem<never>['personTable'];
interface Persons {
  residents: EnrolledColumns;
  persons: EnrolledColumns;
}

/** The row of the person whom the gateway named. Unknown while enrolment still runs is "not yet", not "never". */
export async function findSubject<Row extends EnrolledColumns>(
  database: unknown,
  table: PersonTable,
  pseudonym: string,
): Promise<Row> {
  const persons = database as Kysely<Persons>;
  const row = await persons.selectFrom(table).selectAll().where('pseudonym', '=', pseudonym).executeTakeFirst();
  if (row !== undefined) return row as Row;
  throw new Refusal((await countWaiting(database, table)) > 0 ? 'enrolment-unfinished' : 'unknown-subject');
}

/** Persons who have no pseudonym yet. */
export async function countWaiting(database: unknown, table: PersonTable): Promise<number> {
  const persons = database as Kysely<Persons>;
  const row = await persons
    .selectFrom(table)
    .select(sql<string>`count(*)`.as('count'))
    .where('pseudonym', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}
