/** What an agency and identity say to each other about enrolment: numbers in, one pseudonym and one reference each out, in the same order. */
import { fail, type Result, succeed } from '@minben/kernel';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';

/** Path under the service, in X-Road's r1 form `/r1/{service}/enrolments`. */
export const ENROLMENT_PATH = '/enrolments';
export const LARGEST_BATCH = 500;

const EnrolmentAnswer = Type.Object({
  persons: Type.Array(
    Type.Object({
      pseudonym: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
      reference: Type.String({ minLength: 1, maxLength: 1024 }),
    }),
  ),
});
export type EnrolledPerson = Static<typeof EnrolmentAnswer>['persons'][number];

const check = Compile(EnrolmentAnswer);

export function writeEnrolment(numbers: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify({ numbers }));
}

/** The answer to a batch of `expected` numbers. */
export function readEnrolment(
  body: Uint8Array,
  expected: number,
): Result<readonly EnrolledPerson[], 'answer-not-understood'> {
  try {
    const answer: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    return check.Check(answer) && answer.persons.length === expected
      ? succeed(answer.persons)
      : fail('answer-not-understood');
  } catch {
    return fail('answer-not-understood');
  }
}
