/**
 * Numbers that are valid in form and were never given to anybody:
 * national numbers and resident certificates begin with `Y`, the letter of the Yangmingshan Administration, which
 * was dissolved in 1974 and whose letter is no longer issued; national numbers also have 9 in third place, a class
 * that came decades later. Resident certificates under `Y` were never issued at all. Household numbers are not
 * `Y` and seven digits. Number plates of the present form never contain a 4: each plate here contains one.
 */
import type { Chance } from './chance.ts';
import type { Sex } from './model.ts';

/** Letter → number, as the check digit counts it (Ministry of the Interior): A is 10, I is 34, O is 35. */
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVXYWZIO';
const LETTER = 'Y';

/** National number: `Y`, sex (1 or 2), 9, six digits of the serial, check digit. */
export function makeNationalNumber(serial: number, sex: Sex): string {
  return complete(`${LETTER}${sex === 'male' ? 1 : 2}9${digits(serial, 6)}`);
}

/** Resident certificate since 2021: `Y`, sex (8 or 9), 0 (foreigner), six digits, check digit. */
export function makeResidentNumber(serial: number, sex: Sex): string {
  return complete(`${LETTER}${sex === 'male' ? 8 : 9}0${digits(serial, 6)}`);
}

/** Resident certificate before 2021: `Y`, sex (C or D for foreigners), seven digits, check digit. */
export function makeFormerResidentNumber(serial: number, sex: Sex): string {
  return complete(`${LETTER}${sex === 'male' ? 'C' : 'D'}${digits(serial, 7)}`);
}

export function makeHouseholdNumber(serial: number): string {
  return `${LETTER}${digits(serial, 7)}`;
}

/** Three letters (never I, O), four digits of which the last is the 4 that real plates leave out. */
export function makePlate(serial: number, first: string): string {
  const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
  const base = Math.floor(serial / 1000);
  const second = letters[Math.floor(base / 24) % 24] as string;
  const third = letters[base % 24] as string;
  return `${first}${second}${third}-${digits(serial % 1000, 3)}4`;
}

/** A unified business number that satisfies the check of 2023 (sum divisible by 5). Eight digits beginning with 00, which are not issued. */
export function makeBusinessNumber(chance: Chance): string {
  const body = `00${digits(chance.between(0, 99_999), 5)}`;
  const last = Array.from({ length: 10 }, (_, digit) => digit).find(
    (digit) => businessSum(`${body}${digit}`) % 5 === 0,
  );
  return `${body}${last ?? 0}`;
}

function businessSum(number: string): number {
  const weights = [1, 2, 1, 2, 1, 2, 4, 1];
  return weights.reduce((sum, weight, position) => {
    const product = weight * Number(number[position]);
    return sum + Math.floor(product / 10) + (product % 10);
  }, 0);
}

/** Appends the check digit: weights 1, 9, 8, … 1 over the letter's two digits and the rest make a multiple of ten. */
function complete(nine: string): string {
  const letter = letterValue(nine[0] as string);
  const rest = [...nine.slice(1)].map((sign) => (/\d/.test(sign) ? Number(sign) : letterValue(sign) % 10));
  const sum =
    Math.floor(letter / 10) +
    (letter % 10) * 9 +
    rest.reduce((total, digit, position) => total + digit * (8 - position), 0);
  return `${nine}${(10 - (sum % 10)) % 10}`;
}

function letterValue(letter: string): number {
  return 10 + LETTERS.indexOf(letter);
}

function digits(value: number, length: number): string {
  return String(value).padStart(length, '0');
}
