/**
 * Unified number of people from elsewhere (外來人口統一證號), printed on resident certificates and entry permits.
 * New form since 2021-01-02: a letter, 8 or 9, seven digits and a check digit. Old form: two letters, the second
 * A to D, seven digits and a check digit; it stays in use beside the new one until the end of 2030.
 */
import type { Brand } from '../brand.ts';
import { fail, type Result, succeed } from '../result.ts';
import { checkDigitFor, letterValue } from './letters.ts';

export type ResidentCertificateNumber = Brand<string, 'ResidentCertificateNumber'>;

/** Takes only the printed form, either one: ten half-width characters, upper case. */
export function parseResidentCertificateNumber(
  text: string,
): Result<ResidentCertificateNumber, 'malformed' | 'wrong-check-digit'> {
  if (!/^[A-Z][A-D89]\d{8}$/.test(text)) return fail('malformed');
  const right = checkDigitOf(text) === Number(text.charAt(9));
  return right ? succeed(text as ResidentCertificateNumber) : fail('wrong-check-digit');
}

/** Which of the two forms a number has. */
export function residentCertificateFormOf(number: ResidentCertificateNumber): 'old' | 'new' {
  return /^[A-Z][A-D]/.test(number) ? 'old' : 'new';
}

/** Adds the check digit to the first nine characters; for synthetic persons and for tests. Throws when they are malformed. */
export function completeResidentCertificateNumber(firstNine: string): ResidentCertificateNumber {
  if (!/^[A-Z][A-D89]\d{7}$/.test(firstNine)) {
    throw new RangeError('a resident certificate number begins with a letter, A to D or 8 or 9, and seven digits');
  }
  return `${firstNine}${checkDigitOf(firstNine)}` as ResidentCertificateNumber;
}

function checkDigitOf(text: string): number {
  const second = text.charAt(1);
  // The old form weighs the second letter by the last digit of its value.
  const digit = second >= 'A' ? letterValue(second) % 10 : Number(second);
  return checkDigitFor(text.charAt(0), `${digit}${text.slice(2, 9)}`);
}
