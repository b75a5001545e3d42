export { generatePopulation, type PopulationOptions } from './generate.ts';
export type {
  Address,
  Household,
  Licence,
  LocalDate,
  PersonName,
  Place,
  Population,
  Relation,
  Resident,
  Sex,
  Vehicle,
  VehicleKind,
} from './model.ts';
export { writeAddress } from './places.ts';
