import Type, { type Static } from 'typebox';
import { Reference } from '../frame/handover.ts';
import type { EnrolledColumns } from '../frame/model.ts';

const LocalDate = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: '西元年-月-日 · year-month-day' });

export const Address = Type.Object({
  county: Type.String(),
  countyCode: Type.String(),
  town: Type.String(),
  townCode: Type.String(),
  village: Type.String(),
  villageCode: Type.String(),
  neighbourhood: Type.Integer({ description: '鄰' }),
  line: Type.String({ description: '路街巷號樓 · street, number, floor' }),
  text: Type.String({ description: '完整地址 · the whole address' }),
});

export const Relation = Type.Enum(['head', 'spouse', 'child', 'parent', 'child-in-law', 'grandchild', 'sibling'], {
  description: '與戶長的關係 · relation to the head of household',
});

export const Registration = Type.Partial(
  Type.Object({
    name: Type.String(),
    romanisedName: Type.String(),
    sex: Type.Enum(['male', 'female']),
    birthDate: LocalDate,
    status: Type.Enum(['living', 'deceased']),
    deathDate: LocalDate,
    maritalStatus: Type.Enum(['unmarried', 'married', 'widowed']),
    householdNumber: Type.String({ description: '戶號' }),
    relation: Relation,
    address: Address,
    movedInOn: LocalDate,
    previousAddress: Address,
    kin: Type.Array(
      Type.Object({
        relation: Type.Enum(['father', 'mother', 'spouse', 'child']),
        person: Reference,
      }),
      { description: '配偶與直系一親等 · spouse and first-degree relatives, also in other households' },
    ),
  }),
);
export type Registration = Static<typeof Registration>;

export const HouseholdAnswer = Type.Partial(
  Type.Object({
    number: Type.String({ description: '戶號' }),
    address: Address,
    members: Type.Array(Type.Object({ relation: Relation, self: Type.Boolean(), person: Reference })),
    /** Households at the very same address (同址分戶), by number only. */
    sameAddress: Type.Array(Type.Object({ number: Type.String() }), {
      description: '同址分戶 · other households at the same address',
    }),
  }),
);
export type HouseholdAnswer = Static<typeof HouseholdAnswer>;

interface HouseholdRow {
  id: string;
  number: string;
  address: string;
  moved_in_on: string;
  previous_address: string | null;
}

export interface ResidentRow extends EnrolledColumns {
  name: string;
  romanised_name: string | null;
  sex: 'male' | 'female';
  birth_date: string;
  death_date: string | null;
  household_id: string;
  relation: Static<typeof Relation>;
  standing: 'registered' | 'noted';
  enrolled_at: Date | null;
}

export interface HouseholdTables {
  households: HouseholdRow;
  residents: ResidentRow;
  kinships: { resident_id: string; kind: 'father' | 'mother' | 'spouse'; relative_id: string };
  loads: { seed: string; as_of: string; loaded_at: Date };
}
