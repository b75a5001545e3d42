/**
 * Every check of the exchange, each with the change that takes it out and the laws that must then go red. The change is
 * made to the source text that one process loads; nothing that is shipped can switch a check off.
 */

import type { CheckMutation } from './mutations/model.ts';
import { ofChecks } from './mutations/of-checks.ts';
import { ofGrants } from './mutations/of-grants.ts';
import { ofHistories } from './mutations/of-histories.ts';
import { ofRelease } from './mutations/of-release.ts';
import { ofTrust } from './mutations/of-trust.ts';

export type { CheckMutation } from './mutations/model.ts';
export { checkedArrays, readSource } from './mutations/model.ts';

export const mutations: readonly CheckMutation[] = [...ofChecks, ...ofGrants, ...ofHistories, ...ofRelease, ...ofTrust];
