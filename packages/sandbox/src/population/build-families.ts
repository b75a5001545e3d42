/**
 * Builds households one by one: elders first, then families of whom half descend from an elder, so that kinship
 * reaches across households and surnames follow it. What must be consistent (ages of parents and children, one
 * spouse each, one head per household) holds by construction and is checked by properties.
 */
import type { Chance } from './chance.ts';
import { addDays, ageOn, birthDateForAge, laterOf, recentDate } from './dates.ts';
import type { Address, Household, LocalDate, Place, Relation, Resident, Sex } from './model.ts';
import { inventForeignName, inventName, pickSurname } from './names.ts';
import { makeFormerResidentNumber, makeHouseholdNumber, makeNationalNumber, makeResidentNumber } from './numbers.ts';
import { inventAddress } from './places.ts';

interface Newcomer {
  readonly sex: Sex;
  readonly birthDate: LocalDate;
  readonly relation: Relation;
  readonly surname: string;
  readonly foreign?: boolean;
}

interface Elder {
  readonly father: number;
  readonly mother: number;
  readonly surname: string;
  readonly youngestParentBirth: LocalDate;
}

export interface Families {
  readonly residents: Resident[];
  readonly households: Household[];
}

export function buildFamilies(count: number, places: readonly Place[], asOf: LocalDate, chance: Chance): Families {
  const residents: Resident[] = [];
  const households: Household[] = [];
  const elders: Elder[] = [];
  const surnames = new Map<number, string>();

  const settle = (address: Address): Household => {
    const movedInOn = addDays(asOf, -chance.between(30, 365 * 25));
    const household: Household = {
      index: households.length,
      number: makeHouseholdNumber(households.length + 1),
      address,
      movedInOn,
      members: [],
    };
    const moved = chance.happens(0.02) ? { previousAddress: inventAddress(chance.pick(places), chance) } : {};
    households.push({ ...household, ...moved });
    return households.at(-1) as Household;
  };

  const add = (household: Household, one: Newcomer): Resident => {
    const index = residents.length;
    const foreign = one.foreign ?? false;
    const nationalNumber = foreign ? makeResidentNumber(index, one.sex) : makeNationalNumber(index, one.sex);
    const former = foreign && chance.happens(0.5) ? { formerNumber: makeFormerResidentNumber(index, one.sex) } : {};
    const name = foreign ? inventForeignName(chance) : inventName(one.surname, one.sex, chance);
    const resident: Resident = {
      index,
      name,
      sex: one.sex,
      birthDate: one.birthDate,
      nationalNumber,
      ...former,
      foreign,
      household: household.index,
      relation: one.relation,
    };
    residents.push(resident);
    household.members.push(index);
    surnames.set(index, one.surname);
    return resident;
  };

  const marry = (left: Resident, right: Resident) => {
    left.spouse = right.index;
    right.spouse = left.index;
  };

  const addSpouse = (household: Household, head: Resident, relation: Relation, foreign: boolean): Resident => {
    const age = Math.max(20, ageOn(head.birthDate, asOf) + chance.between(-6, 4));
    const sex: Sex = chance.happens(0.01) ? head.sex : opposite(head.sex);
    const spouse = add(household, {
      sex,
      birthDate: birthDateForAge(age, asOf, chance),
      relation,
      surname: pickSurname(chance),
      foreign,
    });
    marry(head, spouse);
    return spouse;
  };

  const addChildren = (household: Household, parents: readonly Resident[], most: number, relation: Relation) => {
    const father = parents.find((parent) => parent.sex === 'male');
    const mother = parents.find((parent) => parent.sex === 'female');
    const youngest = Math.min(...parents.map((parent) => ageOn(parent.birthDate, asOf)));
    if (youngest < 21) return;
    const surname = surnames.get((father ?? mother ?? (parents[0] as Resident)).index) as string;
    for (let born = chance.between(0, most); born > 0; born -= 1) {
      const age = chance.between(Math.max(0, youngest - 42), youngest - 20);
      // Grown children mostly live elsewhere.
      if (age > 30 && chance.happens(0.7)) continue;
      const child = add(household, {
        sex: anySex(chance),
        birthDate: birthDateForAge(age, asOf, chance),
        relation,
        surname,
      });
      if (father) child.father = father.index;
      if (mother) child.mother = mother.index;
    }
  };

  const buildElders = () => {
    const household = settle(inventAddress(chance.pick(places), chance));
    const surname = pickSurname(chance);
    const head = add(household, {
      sex: 'male',
      birthDate: birthDateForAge(chance.between(55, 88), asOf, chance),
      relation: 'head',
      surname,
    });
    const wife = addSpouse(household, head, 'spouse', false);
    if (wife.sex === 'female') {
      elders.push({
        father: head.index,
        mother: wife.index,
        surname,
        youngestParentBirth: laterOf(head.birthDate, wife.birthDate),
      });
    }
    addChildren(household, [head, wife], 1, 'child');
  };

  const buildFamily = () => {
    const elder = chance.happens(0.5) && elders.length > 0 ? chance.pick(elders) : undefined;
    const oldest = elder ? Math.min(50, ageOn(elder.youngestParentBirth, asOf) - 20) : 60;
    const age = chance.between(20, Math.max(20, oldest));
    const nearby =
      elder && chance.happens(0.1) ? households[(residents[elder.father] as Resident).household] : undefined;
    const household = settle(nearby?.address ?? inventAddress(chance.pick(places), chance));
    const surname = elder?.surname ?? pickSurname(chance);
    const head = add(household, {
      sex: anySex(chance),
      birthDate: birthDateForAge(age, asOf, chance),
      relation: 'head',
      surname,
    });
    if (elder) Object.assign(head, { father: elder.father, mother: elder.mother });
    const shape = chance.next();
    if (shape < 0.22) return;
    if (shape < 0.32) return addChildren(household, [head], 2, 'child');
    if (shape < 0.37)
      return void add(household, {
        sex: anySex(chance),
        birthDate: birthDateForAge(Math.max(18, age - chance.between(0, 8)), asOf, chance),
        relation: 'sibling',
        surname,
      });
    const spouse = addSpouse(household, head, 'spouse', chance.happens(0.06));
    addChildren(household, [head, spouse], 3, 'child');
    if (!elder && shape > 0.85) addGrandparent(household, head, surname);
    if (shape > 0.97) addYoungCouple(household, head, spouse);
  };

  const addGrandparent = (household: Household, head: Resident, surname: string) => {
    const age = ageOn(head.birthDate, asOf) + chance.between(20, 35);
    const parent = add(household, {
      sex: anySex(chance),
      birthDate: birthDateForAge(age, asOf, chance),
      relation: 'parent',
      surname,
    });
    if (parent.sex === 'male') head.father = parent.index;
    else head.mother = parent.index;
  };

  const addYoungCouple = (household: Household, head: Resident, spouse: Resident) => {
    const grown = household.members
      .map((index) => residents[index] as Resident)
      .find((one) => one.relation === 'child' && ageOn(one.birthDate, asOf) >= 22);
    if (!grown || ageOn(spouse.birthDate, asOf) < 44 || ageOn(head.birthDate, asOf) < 44) return;
    const partner = addSpouse(household, grown, 'child-in-law', false);
    addChildren(household, [grown, partner], 2, 'grandchild');
  };

  const buildForeigner = () => {
    const household = settle(inventAddress(chance.pick(places), chance));
    add(household, {
      sex: anySex(chance),
      birthDate: birthDateForAge(chance.between(20, 60), asOf, chance),
      relation: 'head',
      surname: '',
      foreign: true,
    });
  };

  for (let built = 0; built < count; built += 1) {
    if (built < count * 0.25) buildElders();
    else if (chance.happens(0.02)) buildForeigner();
    else buildFamily();
  }
  for (const resident of residents) {
    const likely = ageOn(resident.birthDate, asOf) > 70 ? 0.03 : 0.001;
    if (chance.happens(likely)) resident.deathDate = recentDate(3, asOf, resident.birthDate, chance);
  }
  return { residents, households };
}

function anySex(chance: Chance): Sex {
  return chance.happens(0.5) ? 'male' : 'female';
}

function opposite(sex: Sex): Sex {
  return sex === 'male' ? 'female' : 'male';
}
