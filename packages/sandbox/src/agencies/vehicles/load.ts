import type { Kysely } from 'kysely';
import type { Population } from '../../population/index.ts';
import { makeRowKey, slice } from '../frame/row-key.ts';
import type { VehicleTables } from './model.ts';

const personKey = (resident: number) => makeRowKey('vehicles', 'persons', resident);

/** Takes in what the motor-vehicle register knows: owners, keepers and licence holders, and nobody else. */
export async function loadVehicles(database: Kysely<VehicleTables>, population: Population): Promise<void> {
  const known = new Set(population.licences.map((licence) => licence.holder));
  for (const { owner, keeper } of population.vehicles) {
    if ('resident' in owner) known.add(owner.resident);
    if (keeper !== undefined) known.add(keeper);
  }
  const persons = population.residents
    .filter((one) => known.has(one.index))
    .map((one) => ({
      id: personKey(one.index),
      national_number: one.nationalNumber,
      name: one.name.registered,
      birth_date: one.birthDate,
      pseudonym: null,
      reference: null,
      enrolled_at: null,
    }));
  for (const part of slice(persons)) await database.insertInto('persons').values(part).execute();
  const vehicles = population.vehicles.map((vehicle) => ({
    id: makeRowKey('vehicles', 'vehicles', vehicle.plate),
    plate: vehicle.plate,
    kind: vehicle.kind,
    owner_id: 'resident' in vehicle.owner ? personKey(vehicle.owner.resident) : null,
    owner_company: 'company' in vehicle.owner ? vehicle.owner.company : null,
    owner_business_number: 'company' in vehicle.owner ? vehicle.owner.businessNumber : null,
    keeper_id: vehicle.keeper === undefined ? null : personKey(vehicle.keeper),
    first_registered_on: vehicle.firstRegisteredOn,
    inspection_due_on: vehicle.inspectionDueOn,
    status: vehicle.status,
  }));
  for (const part of slice(vehicles)) await database.insertInto('vehicles').values(part).execute();
  const licences = population.licences.map((licence, position) => ({
    id: makeRowKey('vehicles', 'licences', position),
    person_id: personKey(licence.holder),
    class: licence.class,
    issued_on: licence.issuedOn,
    valid_until: licence.validUntil,
    status: licence.status,
  }));
  for (const part of slice(licences)) await database.insertInto('licences').values(part).execute();
}
