/** Household registration 戶政 as a synthetic agency: who a person is, where they live, with whom, and who is their kin. */
import type { Kysely } from 'kysely';
import { findSubject } from '../frame/find-subject.ts';
import { Handover, refusals, selectMembers } from '../frame/handover.ts';
import type { AgencySystem } from '../frame/model.ts';
import { Refusal } from '../frame/problems.ts';
import { loadHouseholds } from './load.ts';
import { HouseholdAnswer, type HouseholdTables, Registration, type ResidentRow } from './model.ts';
import { readHouseholdOf, readRegistration } from './read-registration.ts';

export const householdSystem: AgencySystem<HouseholdTables> = {
  code: 'household',
  title: { 'zh-TW': '戶籍登記(測試環境)', en: 'Household registration (sandbox)' },
  description: '虛構的居民資料，供測試使用。Synthetic residents for tests and demonstrations; none of them exists.',
  personTable: 'residents',
  migrations: new URL('./migrations/', import.meta.url),
  load: loadHouseholds,
  addRoutes(server, database) {
    server.get(
      '/registration',
      {
        schema: {
          operationId: 'readRegistration',
          summary: '當事人的戶籍資料 · the person’s own registration',
          headers: Handover,
          response: { 200: Registration, ...refusals },
        },
      },
      async (request) => {
        const subject = await findResident(database, request.headers['t-road-subject']);
        return selectMembers(await readRegistration(database, subject), request.headers['t-road-fields']);
      },
    );
    server.get(
      '/household',
      {
        schema: {
          operationId: 'readHousehold',
          summary: '當事人的全戶成員 · the members of the person’s household',
          headers: Handover,
          response: { 200: HouseholdAnswer, ...refusals },
        },
      },
      async (request) => {
        const subject = await findResident(database, request.headers['t-road-subject']);
        return selectMembers(await readHouseholdOf(database, subject), request.headers['t-road-fields']);
      },
    );
  },
};

/** A foreigner in somebody's remarks has no registration of their own to show. */
async function findResident(database: Kysely<HouseholdTables>, pseudonym: string): Promise<ResidentRow> {
  const resident = await findSubject<ResidentRow>(database, 'residents', pseudonym);
  if (resident.standing !== 'registered') throw new Refusal('unknown-subject');
  return resident;
}
