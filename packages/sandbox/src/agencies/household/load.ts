import type { Kysely } from 'kysely';
import { type Address, type Population, type Resident, writeAddress } from '../../population/index.ts';
import { makeRowKey, slice } from '../frame/row-key.ts';
import type { HouseholdTables } from './model.ts';

const key = (resident: number) => makeRowKey('household', 'residents', resident);
const householdKey = (household: number) => makeRowKey('household', 'households', household);

/** Takes in what household registration knows: citizens, and foreign spouses as remarks. Foreigners who live alone are not in it. */
export async function loadHouseholds(database: Kysely<HouseholdTables>, population: Population): Promise<void> {
  const known = population.residents.filter((one) => !one.foreign || one.spouse !== undefined);
  const inRegister = new Set(known.map((one) => one.index));
  const households = population.households.filter((household) =>
    household.members.some((member) => inRegister.has(member)),
  );
  for (const part of slice(households)) {
    await database
      .insertInto('households')
      .values(
        part.map((household) => ({
          id: householdKey(household.index),
          number: household.number,
          address: writeJson(household.address),
          moved_in_on: household.movedInOn,
          previous_address: household.previousAddress ? writeJson(household.previousAddress) : null,
        })),
      )
      .execute();
  }
  for (const part of slice(known)) await database.insertInto('residents').values(part.map(writeResident)).execute();
  const kinships = known.flatMap((one) =>
    (['father', 'mother', 'spouse'] as const).flatMap((kind) => {
      const relative = one[kind];
      return relative === undefined || !inRegister.has(relative)
        ? []
        : [{ resident_id: key(one.index), kind, relative_id: key(relative) }];
    }),
  );
  for (const part of slice(kinships, 2000)) await database.insertInto('kinships').values(part).execute();
}

function writeResident(one: Resident) {
  return {
    id: key(one.index),
    national_number: one.nationalNumber,
    name: one.name.registered,
    romanised_name: one.name.romanised ?? null,
    sex: one.sex,
    birth_date: one.birthDate,
    death_date: one.deathDate ?? null,
    household_id: householdKey(one.household),
    relation: one.relation,
    standing: one.foreign ? ('noted' as const) : ('registered' as const),
    pseudonym: null,
    reference: null,
    enrolled_at: null,
  };
}

function writeJson(address: Address): string {
  return JSON.stringify({ ...address, text: writeAddress(address) });
}
