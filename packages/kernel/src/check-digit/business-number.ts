/**
 * Unified business number (統一編號): eight digits, weighed 1 2 1 2 1 2 4 1, the digits of the products added up.
 * Since 2023-04-01 the sum must be a multiple of 5 (Ministry of Finance; before that of 10, so every older number
 * still holds). A seventh digit 7 gives the product 28, whose digits make 10, whose digits make 1: it may count
 * as 1 or as 0.
 */
import type { Brand } from '../brand.ts';
import { fail, type Result, succeed } from '../result.ts';

export type BusinessNumber = Brand<string, 'BusinessNumber'>;

const weights = [1, 2, 1, 2, 1, 2, 4, 1];

/** Takes only eight half-width digits. */
export function parseBusinessNumber(text: string): Result<BusinessNumber, 'malformed' | 'wrong-check-digit'> {
  if (!/^\d{8}$/.test(text)) return fail('malformed');
  const sum = sumOf(text);
  const right = sum % 5 === 0 || (text.charAt(6) === '7' && (sum + 1) % 5 === 0);
  return right ? succeed(text as BusinessNumber) : fail('wrong-check-digit');
}

/** A seventh digit 7 is counted as 10 here, which is 0 both modulo 5 and modulo 10. */
function sumOf(digits: string): number {
  let sum = 0;
  weights.forEach((weight, index) => {
    const product = Number(digits.charAt(index)) * weight;
    sum += Math.floor(product / 10) + (product % 10);
  });
  return sum;
}
