/**
 * What an agency and identity say to each other about enrolment. Both calls go through the agency's own gateway to
 * one service; lists come back in the order of what was sent. Who calls, and so the sector, identity learns
 * from the gateways.
 *   POST /enrolments {"numbers":[…]}    → {"sector","pseudonyms":[…]}
 *   POST /references {"pseudonyms":[…]} → {"references":[…]}
 */
import { fail, type Result, succeed } from '@minben/kernel';
import Type, { type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

/** Identity takes this many in one call. */
export const LARGEST_BATCH = 500;

const PSEUDONYM = '^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$';

export const readPseudonyms = reader(
  Type.Object({ sector: Type.String(), pseudonyms: Type.Array(Type.String({ pattern: PSEUDONYM })) }),
  (answer) => answer.pseudonyms,
);
export const readReferences = reader(
  Type.Object({ references: Type.Array(Type.String({ minLength: 1, maxLength: 1024 })) }),
  (answer) => answer.references,
);

export type ListReader = (
  body: Uint8Array,
  expected: number,
) => Result<readonly string[], 'answer-not-understood' | 'answer-incomplete'>;

function reader<T extends TSchema>(schema: T, take: (answer: Static<T>) => readonly string[]): ListReader {
  const check = Compile(schema);
  return (body, expected) => {
    const answer = parse(body);
    if (!check.Check(answer)) return fail('answer-not-understood');
    const list = take(answer as Static<T>);
    return list.length === expected ? succeed(list) : fail('answer-incomplete');
  };
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}
