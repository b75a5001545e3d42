/** Status, the door to the agency, and the way back. */
import { type CheckMutation, CORE, mutate } from './model.ts';

export const ofRelease: readonly CheckMutation[] = [
  mutate(`${CORE}/status-gate.ts`, "if (withdrawn.has(status)) return 'grant-withdrawn';", '', ['withdrawn']),
  mutate(
    `${CORE}/status-gate.ts`,
    "return isFresh(toleranceMs) ? undefined : 'lease-lapsed';",
    'return isFresh(toleranceMs) ? undefined : undefined;',
    ['lease-lapsed'],
  ),
  mutate(
    `${CORE}/status-gate.ts`,
    '      return refuse(ticket.status, ticket.toleranceMs);',
    '      void ticket;\n      return undefined;',
    ['withdrawn-between-check-and-sync', 'lease-lapsed-between-check-and-sync'],
  ),
  mutate(
    `${CORE}/status-gate.ts`,
    'waiting = waiting.filter(({ statuses }) => statuses.some((status) => outstanding.has(status)));',
    'waiting = [];',
    ['withdrawn-between-check-and-sync'],
  ),
  mutate(
    `${CORE}/receive.ts`,
    "if (typeof ticket === 'string') return { refusal: { rule: ticket } };",
    "if (typeof ticket === 'string') return { released: { status: 200, headers: [], body: answer.value.body, fields: [], statusVersion: 0 } };",
    ['withdrawn-while-agency-works'],
  ),
  mutate(
    `${CORE}/receive.ts`,
    'grant === undefined ? refuseWithoutHub(accepted) : gate.check(grant.claims.status, tolerance)',
    'grant === undefined ? refuseWithoutHub(accepted) : undefined',
    ['withdrawn', 'lease-lapsed'],
  ),
  mutate(
    `${CORE}/receive.ts`,
    'grant === undefined ? refuseWithoutHub(accepted) :',
    'grant === undefined ? undefined :',
    ['statute-near-hub'],
  ),
  mutate(`${CORE}/state.ts`, 'gate.restore(note.version, note.withdrawn);', 'gate.restore(note.version, []);', [
    'withdrawal-survives-kill',
  ]),
  mutate(
    `${CORE}/receive.ts`,
    'const filtered = filter.apply(answer.value);',
    'const filtered = rights.filterFor(agreement, "whole-document").apply(answer.value);',
    ['delivers'],
  ),
  mutate(
    'packages/exchange/src/rights/filter-fields.ts',
    "if (!json || !isUtf8(body)) return fail('register-answer-not-json');",
    'if (!json) return succeed({ body, released: [] });',
    ['filter-not-json'],
  ),
  mutate(
    'packages/exchange/src/rights/filter-fields.ts',
    "return fail('register-answer-encoded');",
    'return succeed({ body, released: [] });',
    ['filter-encoded'],
  ),
  mutate('packages/exchange/src/rights/filter-fields.ts', 'if (seen?.includes(member)) return AMBIGUOUS;', '', [
    'filter-ambiguous',
  ]),
  mutate('packages/exchange/src/rights/header-rules.ts', ' && !(filtered && OF_THE_UNFILTERED.has(name))', '', [
    'filtered-headers',
  ]),
  mutate('packages/gateway/src/register-door.ts', "    ['t-road-gateway-secret', secret],\n", '', [
    'hand-over',
    'only-through-the-log',
  ]),
  mutate(
    'packages/gateway/src/register-door.ts',
    "if (call.subject !== undefined) own.push(['t-road-subject', call.subject]);",
    '',
    ['grant-honoured', 'hand-over'],
  ),
  mutate('packages/gateway/src/register-door.ts', "    ['t-road-purpose', call.purpose],\n", '', ['hand-over']),
  mutate('packages/gateway/src/register-door.ts', '!REPLACED.has(name) && ', '', ['hand-over']),
  mutate(
    'packages/gateway/src/register-door.ts',
    'maximumBytes: address.maximumBytes,',
    'maximumBytes: 10 * address.maximumBytes,',
    ['register-too-large'],
  ),
  mutate(
    'packages/gateway/src/register-door.ts',
    "return SAFE_METHODS.has(method) ? 'register-unreachable' : 'outcome-unknown';",
    "return SAFE_METHODS.has(method) ? 'register-unreachable' : 'register-unreachable';",
    ['register-broken'],
  ),
  mutate(
    `${CORE}/receive.ts`,
    'return isLogged ? answers.refuse(asked, refusal) : ',
    'return isLogged || !isLogged ? answers.refuse(asked, refusal) : ',
    ['refusals-logged'],
  ),
];
