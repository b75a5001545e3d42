import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  completeNationalId,
  completeResidentCertificateNumber,
  parseBusinessNumber,
  parseNationalId,
  parseResidentCertificateNumber,
  residentCertificateFormOf,
  toHalfWidth,
} from '../index.ts';

const letter = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ');
const digits = (count: number) =>
  fc.string({ minLength: count, maxLength: count, unit: fc.constantFrom(...'0123456789') });
const nationalId = fc
  .tuple(letter, fc.constantFrom('1', '2'), digits(7))
  .map((parts) => completeNationalId(parts.join('')));
const residentNumber = fc
  .tuple(letter, fc.constantFrom(...'ABCD89'), digits(7))
  .map((parts) => completeResidentCertificateNumber(parts.join('')));

describe.each([
  { kind: 'national identity number', made: nationalId, parse: parseNationalId },
  { kind: 'resident certificate number', made: residentNumber, parse: parseResidentCertificateNumber },
])('a $kind', ({ made, parse }) => {
  it('is taken with its check digit', () => {
    fc.assert(
      fc.property(made, (number) => {
        expect(parse(number)).toEqual({ ok: true, value: number });
      }),
    );
  });

  it('is refused with any other check digit', () => {
    fc.assert(
      fc.property(made, fc.integer({ min: 1, max: 9 }), (number, shift) => {
        const other = number.slice(0, 9) + ((Number(number[9]) + shift) % 10);
        expect(parse(other)).toEqual({ ok: false, error: 'wrong-check-digit' });
      }),
    );
  });

  it('is refused when a digit of weight 7, 3 or 1 is miskeyed', () => {
    // Weights that share a factor with ten (8, 6, 5, 4, 2) miss some slips; these miss none.
    fc.assert(
      fc.property(made, fc.constantFrom(2, 6, 8, 9), fc.integer({ min: 1, max: 9 }), (number, place, shift) => {
        const digit = (Number(number[place]) + shift) % 10;
        expect(parse(number.slice(0, place) + digit + number.slice(place + 1)).ok).toBe(false);
      }),
    );
  });

  it('is refused in lower case, in full width, with spaces and in any other length', () => {
    fc.assert(
      fc.property(made, (number) => {
        const fullWidth = number.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));
        for (const text of [
          number.toLowerCase(),
          fullWidth,
          ` ${number}`,
          `${number}\n`,
          `${number}0`,
          number.slice(1),
        ]) {
          expect(parse(text)).toEqual({ ok: false, error: 'malformed' });
        }
        expect(parse(toHalfWidth(fullWidth))).toEqual({ ok: true, value: number });
      }),
    );
  });
});

describe('published numbers', () => {
  it.each(['A123456789', 'S152892614', 'F131104093'])('takes %s as a national identity number', (text) => {
    expect(parseNationalId(text).ok).toBe(true);
  });

  it.each(['A123456788', 'A323456789', 'A023456789', '1123456789', 'AA00000009', 'A800000014', ''])(
    'refuses %j as a national identity number',
    (text) => {
      expect(parseNationalId(text).ok).toBe(false);
    },
  );

  // A800000014 is the specimen of the National Immigration Agency.
  it.each(['A800000014', 'A900207177', 'A803095426', 'A823456783', 'P908661184'])(
    'takes %s in the new form',
    (text) => {
      const parsed = parseResidentCertificateNumber(text);
      expect(parsed.ok && residentCertificateFormOf(parsed.value)).toBe('new');
    },
  );

  it.each(['AA00000009', 'AB00207171', 'AC03095424', 'AC01234567', 'SB40558330', 'AD30196818', 'HD02717288'])(
    'takes %s in the old form',
    (text) => {
      const parsed = parseResidentCertificateNumber(text);
      expect(parsed.ok && residentCertificateFormOf(parsed.value)).toBe('old');
    },
  );

  it.each(['A800000015', 'AC01234568', 'AE01234567', 'A123456789', 'A700000014'])(
    'refuses %j as a resident certificate number',
    (text) => {
      expect(parseResidentCertificateNumber(text).ok).toBe(false);
    },
  );
});

describe('a unified business number', () => {
  it.each(['04595257', '22099131', '12345676'])('takes %s, valid before and after 2023', (text) => {
    expect(parseBusinessNumber(text).ok).toBe(true);
  });

  it('takes 04595252, whose sum 35 only the rule of 2023 allows', () => {
    expect(parseBusinessNumber('04595252').ok).toBe(true);
  });

  it('counts a seventh digit 7 as 1 or as 0', () => {
    // The other seven digits of 12345675 sum to 29, those of 12345676 to 30; 12345664 sums to 34 and has no 7.
    expect(parseBusinessNumber('12345675').ok).toBe(true);
    expect(parseBusinessNumber('12345676').ok).toBe(true);
    expect(parseBusinessNumber('12345677').ok).toBe(false);
    expect(parseBusinessNumber('12345664').ok).toBe(false);
  });

  it('takes two last digits of ten, or four where the seventh digit is 7', () => {
    fc.assert(
      fc.property(digits(7), (firstSeven) => {
        const taken = [...'0123456789'].filter((last) => parseBusinessNumber(firstSeven + last).ok);
        expect(taken).toHaveLength(firstSeven[6] === '7' ? 4 : 2);
      }),
    );
  });

  it.each(['', '1234567', '123456789', '1234567a', '１２３４５６７６', '12345676\n', ' 12345676'])(
    'refuses %j as malformed',
    (text) => {
      expect(parseBusinessNumber(text)).toEqual({ ok: false, error: 'malformed' });
    },
  );
});

describe('completing a number', () => {
  it('throws on what cannot begin one', () => {
    for (const text of ['', 'A12345678', 'a1234567', 'A3234567', 'AE234567']) {
      expect(() => completeNationalId(text.slice(0, 8))).toThrow(RangeError);
      expect(() => completeResidentCertificateNumber(text.slice(0, 8))).toThrow(RangeError);
    }
  });
});

describe('toHalfWidth', () => {
  it('turns full-width signs into ASCII and leaves every other character alone', () => {
    expect(toHalfWidth('Ａ１２３　－王小明·Kolas𠮷')).toBe('A123 -王小明·Kolas𠮷');
  });
});
