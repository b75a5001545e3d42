import { parseBusinessNumber, parseNationalId, parseResidentCertificateNumber } from '@minben/kernel';
import * as check from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ageOn } from './dates.ts';
import { generatePopulation, type Population, type Resident } from './index.ts';
import { readPlaces } from './places.ts';

const nation = generatePopulation({ seed: 'minben' });

/** The kernel's reading of the Ministry's rules, written apart from the generator. */
function isValidNumber(number: string): boolean {
  return parseNationalId(number).ok || parseResidentCertificateNumber(number).ok;
}

function person(population: Population, index: number): Resident {
  return population.residents[index] as Resident;
}

describe('the synthetic population', () => {
  it('has at least ten thousand residents, spread over every county', () => {
    expect(nation.residents.length).toBeGreaterThanOrEqual(10_000);
    const counties = new Set(readPlaces().map((place) => place.county));
    expect(counties.size).toBe(22);
    expect(new Set(nation.households.map((household) => household.address.county))).toEqual(counties);
  });

  it('lives only in villages that exist', () => {
    const villages = new Map(
      readPlaces().map((place) => [place.villageCode, `${place.county}${place.town}${place.village}`]),
    );
    for (const { address } of nation.households) {
      expect(villages.get(address.villageCode)).toBe(`${address.county}${address.town}${address.village}`);
    }
  });

  it('is the same for the same seed and another for another', () => {
    check.assert(
      check.property(check.string(), (seed) => {
        const options = { seed, households: 60, villages: 30 };
        expect(generatePopulation(options)).toEqual(generatePopulation(options));
        expect(generatePopulation({ ...options, seed: `${seed}!` }).residents).not.toEqual(
          generatePopulation(options).residents,
        );
      }),
      { numRuns: 4 },
    );
  });

  it('gives every person a number of their own, valid in form and of a kind that was never issued', () => {
    const numbers = nation.residents.flatMap((one) => [
      one.nationalNumber,
      ...(one.formerNumber ? [one.formerNumber] : []),
    ]);
    expect(new Set(numbers).size).toBe(numbers.length);
    for (const number of numbers) {
      expect(number).toMatch(/^Y([12]9|[89]0|[CD]\d)\d{7}$/);
      expect(isValidNumber(number)).toBe(true);
    }
    expect(isValidNumber('Y190000000')).toBe(false);
  });

  it('marks every name as invented', () => {
    for (const { name } of nation.residents) expect(name.registered).toMatch(/[擬例範試樣虛]|SAMPLE|·Ni/);
  });

  it('knows rare characters, names with a middle dot, names in Latin script and very long names', () => {
    const names = nation.residents.map((one) => one.name.registered);
    expect(names.some((name) => /[\u{20000}-\u{3ffff}]/u.test(name))).toBe(true);
    expect(names.some((name) => /^\p{Script=Han}+·\p{Script=Han}+$/u.test(name))).toBe(true);
    expect(names.some((name) => /^[A-Za-z]+·[A-Za-z]+$/.test(name))).toBe(true);
    expect(names.some((name) => [...name].length >= 20)).toBe(true);
    expect(nation.residents.some((one) => one.formerNumber)).toBe(true);
    expect(nation.residents.some((one) => one.deathDate)).toBe(true);
    expect(nation.households.some((one) => one.previousAddress)).toBe(true);
  });

  it.each(['minben', 'another', '第三'])('keeps kinship in order (seed %s)', (seed) => {
    const population = seed === 'minben' ? nation : generatePopulation({ seed });
    for (const one of population.residents) {
      if (one.spouse !== undefined) expect(person(population, one.spouse).spouse).toBe(one.index);
      for (const [index, sex] of [
        [one.father, 'male'],
        [one.mother, 'female'],
      ] as const) {
        if (index === undefined) continue;
        const parent = person(population, index);
        expect(parent.sex).toBe(sex);
        expect(ageOn(parent.birthDate, population.asOf) - ageOn(one.birthDate, population.asOf)).toBeGreaterThanOrEqual(
          16,
        );
      }
      expect(one.birthDate <= population.asOf).toBe(true);
      if (one.deathDate) expect(one.deathDate >= one.birthDate && one.deathDate < population.asOf).toBe(true);
    }
    for (const household of population.households) {
      const members = household.members.map((index) => person(population, index));
      expect(members.filter((member) => member.relation === 'head')).toHaveLength(1);
      for (const member of members) expect(member.household).toBe(household.index);
    }
  });

  it('reaches across households: children who live apart, and separate households at one address', () => {
    expect(
      nation.residents.some(
        (one) => one.father !== undefined && person(nation, one.father).household !== one.household,
      ),
    ).toBe(true);
    const addresses = nation.households.map((one) => `${one.address.villageCode}${one.address.line}`);
    expect(new Set(addresses).size).toBeLessThan(addresses.length);
  });

  it('gives each vehicle a plate of its own in the present form, with the 4 that real plates leave out', () => {
    expect(new Set(nation.vehicles.map((one) => one.plate)).size).toBe(nation.vehicles.length);
    for (const { plate } of nation.vehicles) expect(plate).toMatch(/^[A-HJ-NP-Z]{3}-\d{3}4$/);
  });

  it('lets only grown people own vehicles and hold licences', () => {
    const grown = (index: number) => ageOn(person(nation, index).birthDate, nation.asOf) >= 18;
    for (const { owner, keeper } of nation.vehicles) {
      if ('resident' in owner) expect(grown(owner.resident)).toBe(true);
      else
        expect([owner.businessNumber.slice(0, 2), parseBusinessNumber(owner.businessNumber).ok]).toEqual(['00', true]);
      if (keeper !== undefined) expect(grown(keeper)).toBe(true);
    }
    for (const licence of nation.licences) {
      expect(ageOn(person(nation, licence.holder).birthDate, licence.issuedOn)).toBeGreaterThanOrEqual(18);
    }
  });
});
