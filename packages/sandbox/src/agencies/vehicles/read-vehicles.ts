import type { Kysely } from 'kysely';
import { Refusal } from '../frame/problems.ts';
import type { LicenceAnswer, PersonRow, VehiclesAnswer, VehicleTables } from './model.ts';

/** Vehicles that the person owns or keeps. The owner appears as a reference or as a company, never with a number. */
export async function readVehicles(database: Kysely<VehicleTables>, subject: PersonRow): Promise<VehiclesAnswer> {
  const rows = await database
    .selectFrom('vehicles')
    .leftJoin('persons', 'persons.id', 'vehicles.owner_id')
    .selectAll('vehicles')
    .select('persons.reference')
    .where((where) =>
      where.or([where('vehicles.owner_id', '=', subject.id), where('vehicles.keeper_id', '=', subject.id)]),
    )
    .orderBy('vehicles.plate')
    .execute();
  return {
    vehicles: rows.map((row) => ({
      plate: row.plate,
      kind: row.kind,
      role: row.owner_id === subject.id ? ('owner' as const) : ('keeper' as const),
      owner: writeOwner(row),
      firstRegisteredOn: row.first_registered_on,
      inspectionDueOn: row.inspection_due_on,
      status: row.status,
    })),
  };
}

export async function readLicences(database: Kysely<VehicleTables>, subject: PersonRow): Promise<LicenceAnswer> {
  const rows = await database
    .selectFrom('licences')
    .selectAll()
    .where('person_id', '=', subject.id)
    .orderBy('class')
    .execute();
  return {
    licences: rows.map((row) => ({
      class: row.class,
      issuedOn: row.issued_on,
      validUntil: row.valid_until,
      status: row.status,
    })),
  };
}

function writeOwner(row: {
  owner_company: string | null;
  owner_business_number: string | null;
  reference: string | null;
}) {
  if (row.owner_company !== null)
    return {
      kind: 'company' as const,
      name: row.owner_company,
      unifiedBusinessNumber: row.owner_business_number ?? '',
    };
  if (row.reference === null) throw new Refusal('enrolment-unfinished');
  return { kind: 'person' as const, person: row.reference };
}
