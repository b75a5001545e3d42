/** Days as text, for a population that knows no clock. */
import type { Chance } from './chance.ts';
import type { LocalDate } from './model.ts';

const DAY = 86_400_000;

export function addDays(date: LocalDate, days: number): LocalDate {
  return new Date(Date.parse(date) + days * DAY).toISOString().slice(0, 10);
}

export function addYears(date: LocalDate, years: number): LocalDate {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  // 29 February becomes 28 in a common year.
  const last = new Date(Date.UTC(year + years, month, 0)).getUTCDate();
  return `${String(year + years).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(Math.min(day, last)).padStart(2, '0')}`;
}

/** Full years from `birth` to `asOf`. */
export function ageOn(birth: LocalDate, asOf: LocalDate): number {
  return Number(asOf.slice(0, 4)) - Number(birth.slice(0, 4)) - (asOf.slice(5) < birth.slice(5) ? 1 : 0);
}

/** A birthday on which the person is `age` years old at `asOf`. */
export function birthDateForAge(age: number, asOf: LocalDate, chance: Chance): LocalDate {
  return addDays(addYears(asOf, -age), -chance.between(0, 364));
}

/** A day within the last `years` years, never before `notBefore`. */
export function recentDate(years: number, asOf: LocalDate, notBefore: LocalDate, chance: Chance): LocalDate {
  const date = addDays(asOf, -chance.between(1, years * 365));
  return laterOf(date, notBefore);
}

/** The later of two days; text in this form sorts as time does. */
export function laterOf(left: LocalDate, right: LocalDate): LocalDate {
  return [left, right].sort()[1] as LocalDate;
}
