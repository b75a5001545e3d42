/**
 * A day on the civil calendar, with no time and no zone: a birthday, a deadline. Held as its ISO 8601 text, so
 * that two days compare with `<` and travel in JSON as they are. Years 0001 to 9999, proleptic Gregorian.
 */
import type { Brand } from './brand.ts';
import { type Instant, instantOf } from './instant.ts';
import { fail, type Result, succeed } from './result.ts';

export type LocalDate = Brand<string, 'LocalDate'>;

export interface DateParts {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  /** 1 to 31 */
  readonly day: number;
}

/** Taiwan keeps UTC+8 all year (since 1979 without summer time); earlier instants are converted with the same offset. */
export const taiwanOffsetMinutes = 480;

export function makeLocalDate(year: number, month: number, day: number): Result<LocalDate, 'not-a-date'> {
  const whole = Number.isInteger(year) && Number.isInteger(month) && Number.isInteger(day);
  if (!whole || year < 1 || year > 9999 || month < 1 || month > 12) return fail('not-a-date');
  if (day < 1 || day > daysInMonth(year, month)) return fail('not-a-date');
  return succeed(spell(year, month, day));
}

/** Takes only `YYYY-MM-DD` of a day that the calendar has. */
export function parseLocalDate(text: string): Result<LocalDate, 'not-a-date'> {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return fail('not-a-date');
  return makeLocalDate(Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8)));
}

export function partsOf(date: LocalDate): DateParts {
  return { year: Number(date.slice(0, 4)), month: Number(date.slice(5, 7)), day: Number(date.slice(8)) };
}

export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** The day that clocks at this offset (minutes east of UTC) show at that moment. */
export function dateAt(instant: Instant, offsetMinutes: number = taiwanOffsetMinutes): LocalDate {
  return new Date(instantOf(instant + offsetMinutes * 60_000)).toISOString().slice(0, 10) as LocalDate;
}

/** The moment at which the day begins for clocks at this offset. */
export function startOf(date: LocalDate, offsetMinutes: number = taiwanOffsetMinutes): Instant {
  return instantOf(midnight(date) - offsetMinutes * 60_000);
}

/** The day `days` later (earlier when negative). Throws outside the years 0001 to 9999. */
export function addDays(date: LocalDate, days: number): LocalDate {
  return new Date(instantOf(midnight(date) + days * dayLength)).toISOString().slice(0, 10) as LocalDate;
}

/**
 * The same day `months` later; where that month has no such day, its last one (Civil Code art. 121: a period of
 * months or years without a corresponding day ends with the last day of the last month).
 */
export function addMonths(date: LocalDate, months: number): LocalDate {
  const { year, month, day } = partsOf(date);
  const count = year * 12 + month - 1 + months;
  const inYear = Math.floor(count / 12);
  const inMonth = count - inYear * 12 + 1;
  if (!Number.isInteger(months) || inYear < 1 || inYear > 9999)
    throw new RangeError('a date lies between 0001 and 9999');
  return spell(inYear, inMonth, Math.min(day, daysInMonth(inYear, inMonth)));
}

/** How many days `to` lies after `from`; negative when it lies before. */
export function daysBetween(from: LocalDate, to: LocalDate): number {
  return (midnight(to) - midnight(from)) / dayLength;
}

const dayLength = 86_400_000;

function midnight(date: LocalDate): number {
  return Date.parse(`${date}T00:00:00.000Z`);
}

function spell(year: number, month: number, day: number): LocalDate {
  const padded = (value: number, width: number) => String(value).padStart(width, '0');
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}` as LocalDate;
}
