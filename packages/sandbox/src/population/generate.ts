import { buildFamilies } from './build-families.ts';
import { buildLicences, buildVehicles } from './build-vehicles.ts';
import { makeChance } from './chance.ts';
import type { LocalDate, Population } from './model.ts';
import { choosePlaces, readPlaces } from './places.ts';

export interface PopulationOptions {
  readonly seed: string;
  /** Default 4,600 households, about 12,000 residents. */
  readonly households?: number;
  /** Villages in which they live; default 600, never fewer than counties. */
  readonly villages?: number;
  readonly asOf?: LocalDate;
}

/** The whole synthetic population; the same options give the same population. */
export function generatePopulation(options: PopulationOptions): Population {
  const chance = makeChance(options.seed);
  const asOf = options.asOf ?? '2026-07-01';
  const places = choosePlaces(readPlaces(), options.villages ?? 600, chance);
  const { residents, households } = buildFamilies(options.households ?? 4600, places, asOf, chance);
  const vehicles = buildVehicles(residents, asOf, chance);
  return {
    seed: options.seed,
    asOf,
    residents,
    households,
    vehicles,
    licences: buildLicences(residents, asOf, chance),
  };
}
