/**
 * The calendar of the Republic of China (民國): the Gregorian one with years counted from 1912. There is no year 0;
 * 1911 is 民國前1年. Months, days and leap days are those of the common era.
 */
import { type LocalDate, makeLocalDate, partsOf } from './local-date.ts';
import { fail, type Result, succeed } from './result.ts';

export interface RocYear {
  readonly era: 'minguo' | 'before-minguo';
  /** From 1 on; in `before-minguo` it counts backwards, 1 being 1911. */
  readonly year: number;
}

/** Throws outside the years 1 to 9999 of the common era. */
export function rocYearOf(commonYear: number): RocYear {
  if (!Number.isInteger(commonYear) || commonYear < 1 || commonYear > 9999)
    throw new RangeError('a year lies between 1 and 9999');
  return commonYear > 1911
    ? { era: 'minguo', year: commonYear - 1911 }
    : { era: 'before-minguo', year: 1912 - commonYear };
}

export function commonYearOf(roc: RocYear): Result<number, 'not-a-roc-year'> {
  if (!Number.isInteger(roc.year) || roc.year < 1) return fail('not-a-roc-year');
  const year = roc.era === 'minguo' ? roc.year + 1911 : 1912 - roc.year;
  return year >= 1 && year <= 9999 ? succeed(year) : fail('not-a-roc-year');
}

/** `民國115年11月21日`, `民國前1年12月31日`: for people. */
export function formatRocDate(date: LocalDate): string {
  const { year, month, day } = partsOf(date);
  const roc = rocYearOf(year);
  return `民國${roc.era === 'minguo' ? '' : '前'}${roc.year}年${month}月${day}日`;
}

/** `1151121`: year in at least three digits, month, day, as registers exchange it. A day before 1912 has no such form. */
export function formatCompactRocDate(date: LocalDate): Result<string, 'before-minguo'> {
  const { year } = partsOf(date);
  const roc = rocYearOf(year);
  if (roc.era === 'before-minguo') return fail('before-minguo');
  return succeed(`${String(roc.year).padStart(3, '0')}${date.slice(5, 7)}${date.slice(8)}`);
}

/**
 * Reads `民國115年11月21日`, `民國前1年12月31日`, `民國元年1月1日` (元 being 1), `115/11/21` and `1151121`. Year 0
 * does not exist and is refused, and so are full-width digits (see `toHalfWidth`) and four-digit years with
 * slashes, which may well be meant for the common era.
 */
export function parseRocDate(text: string): Result<LocalDate, 'not-a-roc-date'> {
  const match = spoken.exec(text) ?? slashed.exec(text) ?? compact.exec(text);
  if (!match?.groups) return fail('not-a-roc-date');
  const { before, year = '', month, day } = match.groups;
  const common = commonYearOf({
    era: before ? 'before-minguo' : 'minguo',
    year: year === '元' ? 1 : Number(year),
  });
  if (!common.ok) return fail('not-a-roc-date');
  const date = makeLocalDate(common.value, Number(month), Number(day));
  return date.ok ? date : fail('not-a-roc-date');
}

const spoken = /^(?:中華)?民國(?<before>前)?(?<year>元|[1-9]\d{0,3})年(?<month>\d{1,2})月(?<day>\d{1,2})日$/;
const slashed = /^(?<year>\d{1,3})\/(?<month>\d{1,2})\/(?<day>\d{1,2})$/;
const compact = /^(?<year>\d{3})(?<month>\d{2})(?<day>\d{2})$/;
