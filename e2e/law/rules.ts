/** Every law of the exchange, in the order of a message's way. */
import { answerLaws } from './answer-laws.ts';
import { applicationLaws } from './application-laws.ts';
import { bundleLaws } from './bundle-laws.ts';
import { effectLaws } from './effect-laws.ts';
import { grantLaws } from './grant-laws.ts';
import { grantUseLaws } from './grant-use-laws.ts';
import { headLaws } from './head-laws.ts';
import { inProcessLaws } from './in-process-laws.ts';
import type { Law } from './model.ts';
import { proofLaws } from './proof-laws.ts';
import { registerLaws } from './register-laws.ts';
import { requestLaws } from './request-laws.ts';
import { rightLaws } from './right-laws.ts';
import { statusLaws } from './status-laws.ts';

export const laws: readonly Law[] = [
  ...applicationLaws,
  ...requestLaws,
  ...proofLaws,
  ...rightLaws,
  ...grantLaws,
  ...grantUseLaws,
  ...headLaws,
  ...effectLaws,
  ...statusLaws,
  ...registerLaws,
  ...answerLaws,
  ...bundleLaws,
  ...inProcessLaws,
];

export function lawOf(id: string): Law {
  const law = laws.find((candidate) => candidate.id === id);
  if (law === undefined) throw new Error(`no law ${id}`);
  return law;
}
