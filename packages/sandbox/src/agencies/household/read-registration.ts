import { type Kysely, sql } from 'kysely';
import { Refusal } from '../frame/problems.ts';
import type { HouseholdAnswer, HouseholdTables, Registration, ResidentRow } from './model.ts';

type Database = Kysely<HouseholdTables>;

/** The person's own record. Other persons appear as references only (PROTOCOL 21). */
export async function readRegistration(database: Database, subject: ResidentRow): Promise<Registration> {
  const household = await readHousehold(database, subject);
  const kin = await readKin(database, subject);
  return {
    name: subject.name,
    ...(subject.romanised_name === null ? {} : { romanisedName: subject.romanised_name }),
    sex: subject.sex,
    birthDate: subject.birth_date,
    status: subject.death_date === null ? 'living' : 'deceased',
    ...(subject.death_date === null ? {} : { deathDate: subject.death_date }),
    maritalStatus: readMaritalStatus(kin),
    householdNumber: household.number,
    relation: subject.relation,
    address: household.address,
    movedInOn: household.moved_in_on,
    ...(household.previous_address === null ? {} : { previousAddress: household.previous_address }),
    kin: kin.map(({ kind, reference }) => ({ relation: kind, person: demandReference(reference) })),
  };
}

/** Everybody in the person's household, by relation to its head. */
export async function readHouseholdOf(database: Database, subject: ResidentRow): Promise<HouseholdAnswer> {
  const household = await readHousehold(database, subject);
  const members = await database
    .selectFrom('residents')
    .select(['id', 'relation', 'reference'])
    .where('household_id', '=', subject.household_id)
    .where('death_date', 'is', null)
    .orderBy('birth_date')
    .orderBy('id')
    .execute();
  const neighbours = await database
    .selectFrom('households')
    .select('number')
    .where(sql<string>`address->>'text'`, '=', household.address.text)
    .where('id', '<>', subject.household_id)
    .orderBy('number')
    .execute();
  return {
    number: household.number,
    address: household.address,
    members: members.map((member) => ({
      relation: member.relation,
      self: member.id === subject.id,
      person: demandReference(member.reference),
    })),
    sameAddress: neighbours,
  };
}

type AddressValue = NonNullable<Registration['address']>;

async function readHousehold(database: Database, subject: ResidentRow) {
  const row = await database
    .selectFrom('households')
    .selectAll()
    .where('id', '=', subject.household_id)
    .executeTakeFirstOrThrow();
  // The driver has parsed the jsonb columns.
  return {
    ...row,
    address: row.address as unknown as AddressValue,
    previous_address: row.previous_address as unknown as AddressValue | null,
  };
}

interface Relative {
  readonly kind: 'father' | 'mother' | 'spouse' | 'child';
  readonly reference: string | null;
  readonly death_date: string | null;
}

async function readKin(database: Database, subject: ResidentRow): Promise<Relative[]> {
  const upwards = await database
    .selectFrom('kinships')
    .innerJoin('residents', 'residents.id', 'kinships.relative_id')
    .select(['kinships.kind', 'residents.reference', 'residents.death_date'])
    .where('kinships.resident_id', '=', subject.id)
    .orderBy('kinships.kind')
    .execute();
  const children = await database
    .selectFrom('kinships')
    .innerJoin('residents', 'residents.id', 'kinships.resident_id')
    .select(['residents.reference', 'residents.death_date'])
    .where('kinships.relative_id', '=', subject.id)
    .where('kinships.kind', 'in', ['father', 'mother'])
    .orderBy('residents.birth_date')
    .execute();
  return [...upwards, ...children.map((child) => ({ ...child, kind: 'child' as const }))];
}

function readMaritalStatus(kin: readonly Relative[]): 'unmarried' | 'married' | 'widowed' {
  const spouse = kin.find((relative) => relative.kind === 'spouse');
  if (spouse === undefined) return 'unmarried';
  return spouse.death_date === null ? 'married' : 'widowed';
}

function demandReference(reference: string | null): string {
  if (reference === null) throw new Refusal('enrolment-unfinished');
  return reference;
}
