/** Who owns and drives what. Plates are handed out in order, so none is given twice. */
import type { Chance } from './chance.ts';
import { addDays, addYears, ageOn, laterOf } from './dates.ts';
import type { Licence, LocalDate, Resident, Vehicle, VehicleKind } from './model.ts';
import { makeBusinessNumber, makePlate } from './numbers.ts';

/** First letter of the plate by kind, as the registers give them today. */
const FIRST_LETTER: Readonly<Record<VehicleKind, string>> = {
  'private-car': 'B',
  'private-passenger-cargo-car': 'B',
  'light-truck': 'B',
  taxi: 'T',
  'company-car': 'B',
  'rental-car': 'R',
  'heavy-motorcycle': 'N',
  'light-motorcycle': 'Q',
};

export function buildVehicles(residents: readonly Resident[], asOf: LocalDate, chance: Chance): Vehicle[] {
  const vehicles: Vehicle[] = [];
  const register = (kind: VehicleKind, owner: Vehicle['owner'], oldestYears: number, keeper?: number) => {
    const firstRegisteredOn = addDays(asOf, -chance.between(30, 365 * Math.max(1, Math.min(20, oldestYears))));
    vehicles.push({
      plate: makePlate(vehicles.length, FIRST_LETTER[kind]),
      kind,
      owner,
      ...(keeper === undefined ? {} : { keeper }),
      firstRegisteredOn,
      inspectionDueOn: addDays(asOf, chance.between(-60, 365)),
      status: chance.happens(0.02) ? 'deregistered' : 'registered',
    });
  };
  for (const resident of residents) {
    const age = ageOn(resident.birthDate, asOf);
    if (age < 18) continue;
    const own = { resident: resident.index };
    if (age < 80 && chance.happens(0.35)) register(pickCar(chance), own, age - 17);
    if (age < 85 && chance.happens(0.5))
      register(chance.happens(0.95) ? 'heavy-motorcycle' : 'light-motorcycle', own, age - 17);
    const parent = resident.father ?? resident.mother;
    // A child's motorcycle in a parent's name: the register then speaks of a second person.
    if (age < 35 && parent !== undefined && chance.happens(0.15))
      register('heavy-motorcycle', { resident: parent }, 10, resident.index);
    if (age < 65 && chance.happens(0.02)) {
      const kind = chance.happens(0.7) ? 'company-car' : 'rental-car';
      register(
        kind,
        {
          company: `${chance.pick(['擬', '例', '範', '試', '樣'])}${chance.pick(['達', '信', '豐', '安', '和'])}股份有限公司`,
          businessNumber: makeBusinessNumber(chance),
        },
        8,
        resident.index,
      );
    }
  }
  return vehicles;
}

function pickCar(chance: Chance): VehicleKind {
  const roll = chance.next();
  if (roll < 0.78) return 'private-car';
  if (roll < 0.92) return 'private-passenger-cargo-car';
  return roll < 0.97 ? 'light-truck' : 'taxi';
}

/** Driving licences; from 75 on they are valid for three years at a time, before for six. */
export function buildLicences(residents: readonly Resident[], asOf: LocalDate, chance: Chance): Licence[] {
  const licences: Licence[] = [];
  for (const resident of residents) {
    const age = ageOn(resident.birthDate, asOf);
    if (age < 18 || age > 92) continue;
    const grant = (kind: Licence['class']) => {
      const validUntil =
        age >= 75 ? addDays(asOf, chance.between(-90, 3 * 365)) : addDays(asOf, chance.between(-20, 6 * 365));
      const status = chance.happens(0.01) ? 'suspended' : validUntil < asOf ? 'expired' : 'valid';
      const eighteenth = addDays(addYears(resident.birthDate, 18), 1);
      const issuedOn = addDays(asOf, -chance.between(10, 365 * 40));
      licences.push({
        holder: resident.index,
        class: kind,
        issuedOn: laterOf(issuedOn, eighteenth),
        validUntil,
        status,
      });
    };
    if (chance.happens(0.68)) grant(chance.happens(0.04) ? 'professional-small-car' : 'small-car');
    if (chance.happens(0.72)) grant('heavy-motorcycle');
  }
  return licences;
}
