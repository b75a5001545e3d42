/**
 * Why data is asked for. Purposes are listed in the trust bundle; a call names one by its code, and the person reads
 * its title. A code, once used, never changes its meaning.
 */
import { type PurposeCode, parsePurposeCode } from './brand.ts';
import type { Bilingual } from './problem.ts';
import { fail, type Result, succeed } from './result.ts';

export interface Purpose {
  readonly code: PurposeCode;
  readonly title: Bilingual;
}

/** The listed purpose with this code: `malformed` when no purpose could have it, `unlisted` when none here has. */
export function findPurpose(
  listed: readonly { readonly code: string; readonly title: Bilingual }[],
  code: string,
): Result<Purpose, 'malformed' | 'unlisted'> {
  const parsed = parsePurposeCode(code);
  if (!parsed.ok) return fail('malformed');
  const found = listed.find((purpose) => purpose.code === code);
  return found ? succeed({ code: parsed.value, title: found.title }) : fail('unlisted');
}
