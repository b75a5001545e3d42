/**
 * The synthetic population: who lives where, who is whose kin, who drives what. Agencies take their own slices of
 * it. References between people are positions in `residents`; they exist only here, no agency stores them.
 */

/** A day without time or zone, `YYYY-MM-DD`. */
export type LocalDate = string;

export type Sex = 'male' | 'female';
export type Relation = 'head' | 'spouse' | 'child' | 'parent' | 'child-in-law' | 'grandchild' | 'sibling';

export interface Place {
  readonly county: string;
  readonly countyCode: string;
  readonly town: string;
  readonly townCode: string;
  readonly village: string;
  readonly villageCode: string;
}

export interface Address extends Place {
  /** 鄰 */
  readonly neighbourhood: number;
  /** Road, lane, number and floor. */
  readonly line: string;
}

export interface PersonName {
  /** As registered; `·` between the parts of indigenous names. */
  readonly registered: string;
  readonly romanised?: string;
}

export interface Resident {
  readonly index: number;
  readonly name: PersonName;
  readonly sex: Sex;
  readonly birthDate: LocalDate;
  /** National number, or number of the resident certificate (new form). */
  readonly nationalNumber: string;
  /** Resident certificate in the form issued before 2021, where the person still has one on file. */
  readonly formerNumber?: string;
  /** Foreigners hold resident certificates and have no household registration of their own. */
  readonly foreign: boolean;
  readonly household: number;
  readonly relation: Relation;
  father?: number;
  mother?: number;
  spouse?: number;
  deathDate?: LocalDate;
}

export interface Household {
  readonly index: number;
  readonly number: string;
  readonly address: Address;
  readonly movedInOn: LocalDate;
  readonly previousAddress?: Address;
  readonly members: number[];
}

export type VehicleKind =
  | 'private-car'
  | 'private-passenger-cargo-car'
  | 'light-truck'
  | 'taxi'
  | 'company-car'
  | 'rental-car'
  | 'heavy-motorcycle'
  | 'light-motorcycle';

export interface Vehicle {
  readonly plate: string;
  readonly kind: VehicleKind;
  /** A resident, or a company with its unified business number. */
  readonly owner: { readonly resident: number } | { readonly company: string; readonly businessNumber: string };
  /** Regular driver on record, where it is not the owner. */
  readonly keeper?: number;
  readonly firstRegisteredOn: LocalDate;
  readonly inspectionDueOn: LocalDate;
  readonly status: 'registered' | 'deregistered';
}

export interface Licence {
  readonly holder: number;
  readonly class: 'small-car' | 'professional-small-car' | 'heavy-motorcycle';
  readonly issuedOn: LocalDate;
  readonly validUntil: LocalDate;
  readonly status: 'valid' | 'suspended' | 'expired';
}

export interface Population {
  readonly seed: string;
  /** The day on which this is the state of things. */
  readonly asOf: LocalDate;
  readonly residents: readonly Resident[];
  readonly households: readonly Household[];
  readonly vehicles: readonly Vehicle[];
  readonly licences: readonly Licence[];
}
