/**
 * The one table of every refusal on T-Road. A rule that is not here cannot be refused by, so each refusal
 * tells in zh-TW and English what happened and what to do (PROTOCOL 18).
 */
import type { RefusalRule } from './describe.ts';
import { RULES_OF_THE_GRANT } from './rules-of-the-grant.ts';
import { RULES_OF_THE_PROOF } from './rules-of-the-proof.ts';
import { RULES_OF_THE_REQUEST } from './rules-of-the-request.ts';
import { RULES_OF_THE_WAY } from './rules-of-the-way.ts';

/** The name of every rule, in kebab-case. It stands in answers, logs, metrics and evidence, and never changes its meaning. */
export type RuleName =
  | keyof typeof RULES_OF_THE_REQUEST
  | keyof typeof RULES_OF_THE_GRANT
  | keyof typeof RULES_OF_THE_PROOF
  | keyof typeof RULES_OF_THE_WAY;

export const REFUSALS: Readonly<Record<RuleName, RefusalRule>> = Object.freeze({
  ...RULES_OF_THE_REQUEST,
  ...RULES_OF_THE_GRANT,
  ...RULES_OF_THE_PROOF,
  ...RULES_OF_THE_WAY,
});

/** Whether `name`, which came from a peer, is a rule of the table. */
export function isRuleName(name: string): name is RuleName {
  return Object.hasOwn(REFUSALS, name);
}
