/** National identity number (國民身分證統一編號): a letter, 1 or 2, seven digits and a check digit. */
import type { Brand } from '../brand.ts';
import { fail, type Result, succeed } from '../result.ts';
import { checkDigitFor } from './letters.ts';

export type NationalId = Brand<string, 'NationalId'>;

/** Takes only the printed form: ten half-width characters, upper case. Normalise a form's input first (`toHalfWidth`). */
export function parseNationalId(text: string): Result<NationalId, 'malformed' | 'wrong-check-digit'> {
  if (!/^[A-Z][12]\d{8}$/.test(text)) return fail('malformed');
  const right = checkDigitFor(text.charAt(0), text.slice(1, 9)) === Number(text.charAt(9));
  return right ? succeed(text as NationalId) : fail('wrong-check-digit');
}

/** Adds the check digit to the first nine characters; for synthetic persons and for tests. Throws when they are malformed. */
export function completeNationalId(firstNine: string): NationalId {
  if (!/^[A-Z][12]\d{7}$/.test(firstNine))
    throw new RangeError('a national identity number begins with a letter, 1 or 2, and seven digits');
  return `${firstNine}${checkDigitFor(firstNine.charAt(0), firstNine.slice(1))}` as NationalId;
}
