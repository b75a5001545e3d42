/** How a mutation is written: one text of one file, and what stands in its place. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Mutation } from '../../support/child.ts';
import type { GatewayName } from '../../support/plan.ts';
import type { Binding } from '../../support/wire.ts';

export interface CheckMutation extends Mutation {
  /** What is taken out, for people. */
  readonly check: string;
  /** Processes that load the changed text. */
  readonly in: readonly GatewayName[];
  readonly laws: readonly string[];
  /** Where the changed text belongs to one binding; default the framed one, or the law's only one. */
  readonly binding?: Binding;
}

export const REQUEST_CHECKS = 'packages/exchange/src/check/check-request.ts';
export const RESPONSE_CHECKS = 'packages/exchange/src/check/check-response.ts';
export const GRANT_USE = 'packages/exchange/src/grant/check-grant-use.ts';
export const GRANT = 'packages/exchange/src/grant/verify-grant.ts';
export const BUNDLE = 'packages/exchange/src/trust/accept-bundle.ts';
export const CORE = 'packages/gateway/src/core';

export const HOUSEHOLD: readonly GatewayName[] = ['b1'];
export const CITY: readonly GatewayName[] = ['a'];

/** The names in the arrays of checks, as the file has them. */
export function checksIn(file: string, arrays: readonly string[]): string[] {
  const text = readSource(file);
  return arrays.flatMap((name) => {
    const list = new RegExp(`${name}: readonly \\w+\\[\\] = \\[([^\\]]*)\\]`).exec(text)?.[1] ?? '';
    return list
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '');
  });
}

export const checkedArrays = {
  requests: () => checksIn(REQUEST_CHECKS, ['strangerChecks', 'memberChecks']),
  answers: () => checksIn(RESPONSE_CHECKS, ['responseChecks']),
};

export function readSource(file: string): string {
  return readFileSync(fileURLToPath(new URL(`../../../${file}`, import.meta.url)), 'utf8');
}

/** Takes one name out of an array, whether the array stands on one line or on many. */
export function withoutCheck(
  file: string,
  check: string,
  laws: readonly string[],
  where: readonly GatewayName[],
): CheckMutation {
  const text = readSource(file);
  const find =
    [`  ${check},\n`, `[${check}, `, ` ${check}, `, `, ${check}]`].find((form) => text.split(form).length === 2) ??
    check;
  const replace = find.startsWith('[') ? '[' : find.endsWith(']') ? ']' : find.startsWith('  ') ? '' : ' ';
  const side = file === REQUEST_CHECKS ? 'request' : 'answer';
  return { id: `${side}-without-${check}`, check: `${side}: ${check}`, file, find, replace, in: where, laws };
}

/** Takes one line out. */
export function withoutLine(file: string, line: string, laws: readonly string[], where = HOUSEHOLD): CheckMutation {
  return mutate(file, line, '', laws, where);
}

export function mutate(
  file: string,
  find: string,
  replace: string,
  laws: readonly string[],
  where = HOUSEHOLD,
): CheckMutation {
  const name = file.split('/').at(-1)?.replace('.ts', '') ?? '';
  const check = `${name}: ${find.trim().replace(/\s+/g, ' ').slice(0, 90)}`;
  return {
    id: `${where.join()} ${name} ${find.trim().slice(0, 60)} ${laws[0]}`,
    check,
    file,
    find,
    replace,
    in: where,
    laws,
  };
}

export const grantStep = (line: string, law: string): CheckMutation => withoutLine(GRANT, `  ${line}\n`, [law]);
export const useStep = (line: string, law: string): CheckMutation => withoutLine(GRANT_USE, `  ${line}\n`, [law]);
export const bundleStep = (find: string, replace: string, law: string): CheckMutation =>
  mutate(BUNDLE, find, replace, law === 'bundle-not-included' ? [law, 'bundle-kind', 'bundle-checkpoint'] : [law]);
