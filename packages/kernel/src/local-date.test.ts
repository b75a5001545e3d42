import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  addMonths,
  dateAt,
  daysBetween,
  daysInMonth,
  formatInstant,
  type Instant,
  instantOf,
  isLeapYear,
  type LocalDate,
  makeLocalDate,
  parseInstant,
  parseLocalDate,
  partsOf,
  secondsOf,
  startOf,
} from './index.ts';

const day = fc.integer({ min: 0, max: 3_652_058 }).map((count) => addDays(date('0001-01-01'), count));
const moment = fc
  .integer({ min: Date.parse('0001-01-02T00:00:00Z'), max: Date.parse('9999-12-30T00:00:00Z') })
  .map(instantOf);

describe('a local date', () => {
  it('is written and read in ISO 8601, every day of nine thousand years', () => {
    fc.assert(
      fc.property(day, (value) => {
        expect(parseLocalDate(value)).toEqual({ ok: true, value });
        const { year, month, day: inMonth } = partsOf(value);
        expect(makeLocalDate(year, month, inMonth)).toEqual({ ok: true, value });
      }),
    );
  });

  it.each([
    '2026-02-29',
    '1900-02-29',
    '2026-13-01',
    '2026-00-01',
    '2026-04-31',
    '2026-01-00',
    '0000-01-01',
    '2026-1-1',
    '20260101',
    '2026-01-01T00:00',
    ' 2026-01-01',
    '２０２６-01-01',
    '+002026-01-01',
    '',
  ])('refuses %j', (text) => {
    expect(parseLocalDate(text)).toEqual({ ok: false, error: 'not-a-date' });
  });

  it('has leap days as the Gregorian calendar does', () => {
    expect([1900, 2000, 2023, 2024, 2100].filter(isLeapYear)).toEqual([2000, 2024]);
    expect(daysInMonth(2024, 2)).toBe(29);
    expect(addDays(date('2024-02-28'), 1)).toBe('2024-02-29');
    expect(addDays(date('2023-02-28'), 1)).toBe('2023-03-01');
  });

  it('sorts as text in the order of time', () => {
    fc.assert(
      fc.property(day, day, (a, b) => {
        expect(a < b).toBe(daysBetween(a, b) > 0);
      }),
    );
  });

  it('moves by days there and back', () => {
    const near = fc.integer({ min: -1000, max: 1000 });
    fc.assert(
      fc.property(day, near, (value, days) => {
        fc.pre(value > '0004-01-01' && value < '9996-01-01');
        expect(daysBetween(value, addDays(value, days))).toBe(days);
        expect(addDays(addDays(value, days), -days)).toBe(value);
      }),
    );
  });

  it('ends a period of months on the last day where the day is missing (Civil Code art. 121)', () => {
    expect(addMonths(date('2026-01-31'), 1)).toBe('2026-02-28');
    expect(addMonths(date('2024-02-29'), 12)).toBe('2025-02-28');
    expect(addMonths(date('2024-12-31'), 2)).toBe('2025-02-28');
    expect(addMonths(date('2026-03-31'), -1)).toBe('2026-02-28');
    expect(addMonths(date('2026-01-15'), -13)).toBe('2024-12-15');
  });

  it('never leaves the years 0001 to 9999', () => {
    expect(() => addDays(date('9999-12-31'), 1)).toThrow(RangeError);
    expect(() => addDays(date('0001-01-01'), -1)).toThrow(RangeError);
    expect(() => addMonths(date('9999-12-01'), 1)).toThrow(RangeError);
    expect(() => addMonths(date('2026-01-01'), 0.5)).toThrow(RangeError);
  });
});

describe('a day in Taiwan', () => {
  it('begins at 16:00 UTC of the day before', () => {
    expect(formatInstant(startOf(date('2026-11-21')))).toBe('2026-11-20T16:00:00.000Z');
    expect(dateAt(instant('2026-11-20T15:59:59.999Z'))).toBe('2026-11-20');
    expect(dateAt(instant('2026-11-20T16:00:00.000Z'))).toBe('2026-11-21');
    expect(dateAt(instant('2023-12-31T16:00:00Z'))).toBe('2024-01-01');
    expect(dateAt(instant('2024-02-28T16:00:00Z'))).toBe('2024-02-29');
  });

  it('contains every one of its moments, whatever the offset', () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: -14 * 60, max: 14 * 60 }), (at, offset) => {
        const start = startOf(dateAt(at, offset), offset);
        expect(start <= at && at - start < 86_400_000).toBe(true);
      }),
    );
  });
});

describe('an instant', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(moment, (at) => {
        expect(parseInstant(formatInstant(at))).toEqual({ ok: true, value: at });
      }),
    );
  });

  it.each([
    ['2026-11-21T18:00:00+08:00', '2026-11-21T10:00:00.000Z'],
    ['2026-01-01T00:00:00+08:00', '2025-12-31T16:00:00.000Z'],
    ['2026-11-21T10:00:00.1Z', '2026-11-21T10:00:00.100Z'],
    ['2026-11-21T10:00:00.123999999Z', '2026-11-21T10:00:00.123Z'],
    ['2024-02-29T00:00:00-03:30', '2024-02-29T03:30:00.000Z'],
  ])('reads %s as %s', (text, utc) => {
    expect(formatInstant(instant(text))).toBe(utc);
  });

  it.each([
    '2026-11-21T10:00:00',
    '2026-11-21 10:00:00Z',
    '2026-11-21T10:00Z',
    '2026-02-29T10:00:00Z',
    '2026-11-21T24:00:00Z',
    '2026-12-31T23:59:60Z',
    '2026-11-21T10:00:00+24:00',
    '2026-11-21T10:00:00.Z',
    '2026-11-21t10:00:00z',
    '0001-01-01T00:00:00+08:00',
    '0000-06-01T00:00:00Z',
    'now',
  ])('refuses %j', (text) => {
    expect(parseInstant(text)).toEqual({ ok: false, error: 'not-an-instant' });
  });

  it('cuts off parts of a millisecond and of a second, and throws on what no calendar holds', () => {
    expect(instantOf(1.9)).toBe(1);
    expect(Object.is(instantOf(-0), 0)).toBe(true);
    expect(secondsOf(instantOf(-1))).toBe(-1);
    expect(secondsOf(instantOf(1999))).toBe(1);
    for (const milliseconds of [Number.NaN, Number.POSITIVE_INFINITY, 8.64e15]) {
      expect(() => instantOf(milliseconds)).toThrow(RangeError);
    }
  });
});

function date(text: string): LocalDate {
  const parsed = parseLocalDate(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
}

function instant(text: string): Instant {
  const parsed = parseInstant(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
}
