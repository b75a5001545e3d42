import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  commonYearOf,
  formatCompactRocDate,
  formatRocDate,
  type LocalDate,
  makeLocalDate,
  parseLocalDate,
  parseRocDate,
  rocYearOf,
} from './index.ts';

const day = fc
  .tuple(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 31 }))
  .map((parts) => makeLocalDate(...parts))
  .filter((made) => made.ok)
  .map((made) => made.value);

describe('the calendar of the Republic of China', () => {
  it('counts from 1912, without a year 0', () => {
    expect(rocYearOf(1912)).toEqual({ era: 'minguo', year: 1 });
    expect(rocYearOf(1911)).toEqual({ era: 'before-minguo', year: 1 });
    expect(rocYearOf(2026)).toEqual({ era: 'minguo', year: 115 });
    for (const era of ['minguo', 'before-minguo'] as const) {
      expect(commonYearOf({ era, year: 0 })).toEqual({ ok: false, error: 'not-a-roc-year' });
    }
  });

  it('gives back the year of the common era, every year', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9999 }), (year) => {
        expect(commonYearOf(rocYearOf(year))).toEqual({ ok: true, value: year });
      }),
    );
    for (const year of [0, 10_000, 1.5, Number.NaN]) expect(() => rocYearOf(year)).toThrow(RangeError);
    expect(commonYearOf({ era: 'before-minguo', year: 1912 }).ok).toBe(false);
    expect(commonYearOf({ era: 'minguo', year: 8089 }).ok).toBe(false);
  });

  it('reads back every date that it writes', () => {
    fc.assert(
      fc.property(day, (value) => {
        expect(parseRocDate(formatRocDate(value))).toEqual({ ok: true, value });
        const compact = formatCompactRocDate(value);
        expect(compact.ok).toBe(value >= '1912-01-01');
        if (compact.ok && compact.value.length === 7) expect(parseRocDate(compact.value)).toEqual({ ok: true, value });
      }),
    );
  });

  it.each([
    ['2026-11-21', '民國115年11月21日', '1151121'],
    ['2024-02-29', '民國113年2月29日', '1130229'],
    ['1912-01-01', '民國1年1月1日', '0010101'],
    ['1911-12-31', '民國前1年12月31日', undefined],
  ])('writes %s as %s', (iso, spoken, compact) => {
    expect(formatRocDate(date(iso))).toBe(spoken);
    const short = formatCompactRocDate(date(iso));
    expect(short.ok ? short.value : undefined).toBe(compact);
  });

  it.each([
    ['中華民國115年11月21日', '2026-11-21'],
    ['民國元年1月1日', '1912-01-01'],
    ['民國113年02月29日', '2024-02-29'],
    ['民國前12年2月28日', '1900-02-28'],
    ['115/11/21', '2026-11-21'],
    ['99/1/1', '2010-01-01'],
    ['0990101', '2010-01-01'],
  ])('reads %s as %s', (text, iso) => {
    expect(parseRocDate(text)).toEqual({ ok: true, value: iso });
  });

  it.each([
    '民國0年1月1日',
    '0000101',
    '0/1/1',
    '民國114年2月29日',
    '1140229',
    '民國前12年2月29日',
    '民國115年13月1日',
    '2026/11/21',
    '2026-11-21',
    '20261121',
    '民國１１５年１１月２１日',
    '115/11/21 ',
    '民國-1年1月1日',
    '',
  ])('refuses %j', (text) => {
    expect(parseRocDate(text)).toEqual({ ok: false, error: 'not-a-roc-date' });
  });
});

function date(text: string): LocalDate {
  const parsed = parseLocalDate(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
}
