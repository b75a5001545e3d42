/**
 * Every check of the exchange, each with the change that takes it out and the laws that must then go red. The change is
 * made to the source text that one process loads; nothing that is shipped can switch a check off.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Mutation } from '../support/child.ts';
import type { GatewayName } from '../support/plan.ts';
import type { Binding } from '../support/wire.ts';

export interface CheckMutation extends Mutation {
  /** What is taken out, for people. */
  readonly check: string;
  /** Processes that load the changed text. */
  readonly in: readonly GatewayName[];
  readonly laws: readonly string[];
  /** Where the changed text belongs to one binding; default the framed one, or the law's only one. */
  readonly binding?: Binding;
}

const REQUEST_CHECKS = 'packages/exchange/src/check/check-request.ts';
const RESPONSE_CHECKS = 'packages/exchange/src/check/check-response.ts';
const GRANT_USE = 'packages/exchange/src/grant/check-grant-use.ts';
const GRANT = 'packages/exchange/src/grant/verify-grant.ts';
const BUNDLE = 'packages/exchange/src/trust/accept-bundle.ts';
const CORE = 'packages/gateway/src/core';

/** The laws of each line of the arrays in check-request.ts. */
const OF_REQUESTS: Readonly<Record<string, readonly string[]>> = {
  checkPeerCertificate: ['stranger-counted'],
  checkPeerMembership: ['peer-not-member'],
  checkPeerRevoked: ['peer-revoked'],
  checkPeerFrozen: ['fork-of-equal-size'],
  checkBundleAge: ['bundle-too-old'],
  checkSizes: ['headers-too-large', 'headers-too-many'],
  checkHeadersForm: ['headers-form', 'headers-names'],
  checkKind: ['kind-not-accepted'],
  checkDetailsForm: ['details-not-canonical'],
  checkReceiver: ['not-for-me', 'not-for-my-member'],
  checkOrigin: ['wrong-log-origin'],
  checkSender: ['sender-gateway', 'sender-member'],
  checkLine: ['line-method', 'line-path'],
  checkHeadersDigest: ['headers-digest'],
  checkBodyDigest: ['body-length', 'body-digest'],
  checkInclusionPath: ['path-changed', 'proof-of-another-message'],
  checkSignature: ['checkpoint-signature'],
  checkHead: ['head-unproven'],
  checkFreshness: ['stale', 'from-the-future'],
  checkExpiry: ['message-expired'],
  checkPathForm: ['path-not-normalised'],
  checkSpoofedHeaders: ['spoofed-header-of-peer'],
  checkService: ['service-unknown', 'service-version'],
  checkServiceGateway: ['service-of-another-gateway'],
  checkProvisional: ['provisional-too-old'],
  checkAgreement: ['no-agreement'],
  checkAgreementParties: ['agreement-of-another', 'agreement-of-another-service'],
  checkAgreementValidity: ['agreement-ended'],
  checkAgreementSuspension: ['agreement-suspended'],
  checkPurpose: ['purpose-not-allowed'],
  checkEndpoint: ['endpoint-method', 'endpoint-path'],
  checkGrantPresence: ['grant-missing', 'grant-beside-statute'],
  checkGrantDigest: ['grant-digest'],
  checkGrantItself: ['grant-signature', 'grant-not-logged'],
  checkGrantUsage: ['grant-expired', 'grant-of-another-member'],
};

/** The laws of each line of the array in check-response.ts. */
const OF_ANSWERS: Readonly<Record<string, readonly string[]>> = {
  checkAnsweringPeer: ['answer-certificate'],
  checkAnswererFrozen: ['answer-on-a-fork'],
  checkSizes: ['answer-headers-too-many'],
  checkHeadersForm: ['answer-headers-form'],
  checkKind: ['answer-kind'],
  checkDetailsForm: ['answer-not-canonical'],
  checkBoundToRequest: ['answer-to-another-request'],
  checkMessageId: ['answer-under-another-id'],
  checkReceiver: ['answer-for-another', 'answer-for-another-member'],
  checkOrigin: ['answer-origin'],
  checkSender: ['answer-sender', 'answer-sender-member'],
  checkOutcome: ['answer-outcome'],
  checkHeadersDigest: ['answer-headers-digest'],
  checkBodyDigest: ['answer-body-length', 'answer-body-digest'],
  checkInclusionPath: ['answer-not-included'],
  checkSignature: ['answer-checkpoint-signature'],
  checkHead: ['answer-head-unproven'],
  checkFreshness: ['answer-stale'],
  checkFields: ['answer-fields', 'answer-whole-document'],
};

const HOUSEHOLD: readonly GatewayName[] = ['b1'];
const CITY: readonly GatewayName[] = ['a'];

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
  return readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8');
}

/** Takes one name out of an array, whether the array stands on one line or on many. */
function withoutCheck(
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
function withoutLine(file: string, line: string, laws: readonly string[], where = HOUSEHOLD): CheckMutation {
  return mutate(file, line, '', laws, where);
}

function mutate(
  file: string,
  find: string,
  replace: string,
  laws: readonly string[],
  where = HOUSEHOLD,
): CheckMutation {
  const name = file.split('/').at(-1)?.replace('.ts', '') ?? '';
  const check = `${name}: ${find.trim().replace(/\s+/g, ' ').slice(0, 90)}`;
  return { id: `${name} ${find.trim().slice(0, 60)}`, check, file, find, replace, in: where, laws };
}

const grantStep = (line: string, law: string): CheckMutation => withoutLine(GRANT, `  ${line}\n`, [law]);
const useStep = (line: string, law: string): CheckMutation => withoutLine(GRANT_USE, `  ${line}\n`, [law]);
const bundleStep = (find: string, replace: string, law: string): CheckMutation => mutate(BUNDLE, find, replace, [law]);

export const mutations: readonly CheckMutation[] = [
  ...Object.entries(OF_REQUESTS).map(([check, laws]) => withoutCheck(REQUEST_CHECKS, check, laws, HOUSEHOLD)),
  ...Object.entries(OF_ANSWERS).map(([check, laws]) => withoutCheck(RESPONSE_CHECKS, check, laws, CITY)),
  // What a check of several parts looks at.
  mutate(REQUEST_CHECKS, ' && details.to.member === here.self.member', '', ['not-for-my-member']),
  mutate(
    REQUEST_CHECKS,
    "  if (details?.from.member !== peer?.member) return { rule: 'details-mismatch', about: 'from.member' };\n",
    '',
    ['sender-member'],
  ),
  mutate(
    REQUEST_CHECKS,
    "  if (arrived.line.path !== details.path) return { rule: 'details-mismatch', about: 'path' };\n",
    '',
    ['line-path'],
  ),
  mutate(REQUEST_CHECKS, ' || service.version !== details?.serviceVersion', '', ['service-version']),
  mutate(REQUEST_CHECKS, ' || !client.startsWith(`${peer?.member}/`)', '', ['client-of-another']),
  mutate(
    REQUEST_CHECKS,
    "  return agreement.service === service?.id ? undefined : { rule: 'no-agreement', about: 'service' };",
    '  return undefined;',
    ['agreement-of-another-service'],
  ),
  mutate('packages/exchange/src/check/sizes.ts', 'body.length > MAXIMUM_BODY || ', '', ['body-too-large']),
  mutate('packages/exchange/src/check/sizes.ts', ' || evidence.details.length > MAXIMUM_DETAILS', '', [
    'details-too-large',
  ]),
  mutate('packages/exchange/src/check/sizes.ts', 'return length > MAXIMUM_HEADERS;', 'return false;', [
    'headers-too-large',
  ]),
  mutate('packages/exchange/src/message/details.ts', ' && write(value) === source', '', ['details-not-canonical']),
  mutate(
    'packages/exchange/src/rights/header-rules.ts',
    ".replaceAll('_', '-').startsWith('t-road-')",
    ".startsWith('t-road-')",
    ['spoofed-header-of-peer'],
  ),
  // Grants.
  grantStep("if (token.length > maximumGrantBytes) return fail('grant-too-large');", 'grant-too-large'),
  mutate(GRANT, 'if (rest.length > 0 || !saltBytes.ok ||', 'if (!saltBytes.ok ||', ['grant-malformed']),
  mutate(GRANT, ' || saltBytes.value.length !== 32', '', ['grant-salt']),
  grantStep("if (head.value.alg !== 'EdDSA') return fail('grant-algorithm');", 'grant-algorithm'),
  grantStep("if (head.value.typ !== grantType) return fail('grant-type');", 'grant-type'),
  mutate(GRANT, '!head.ok || !headerCheck.Check(head.value)', '!head.ok', ['grant-header-member']),
  grantStep(
    "if (!isSignedBy(key.key, Buffer.from(`${header}.${payload}`), signatureBytes.value)) return fail('grant-signature');",
    'grant-signature',
  ),
  grantStep("if (!claimsCheck.Check(claims.value)) return fail('grant-schema');", 'grant-schema'),
  grantStep(
    "if (claims.value.iat < key.validFrom || claims.value.iat > key.validUntil) return fail('grant-key-not-valid');",
    'grant-key-not-valid',
  ),
  mutate(GRANT, "commit('grant', saltBytes.value", "commit('enrolment', saltBytes.value", ['grant-kind']),
  mutate(
    'packages/exchange/src/trust/log-proof.ts',
    "return verifyInclusion(hashLeaf(entry), index, head.value, path) ? succeed(head.value) : fail('not-in-the-log');",
    'return hashLeaf(entry).length + index + path.length > 0 ? succeed(head.value) : succeed(head.value);',
    ['grant-not-logged'],
  ),
  mutate(
    'packages/exchange/src/trust/log-proof.ts',
    '  if (head.ok) return head;\n  switch',
    '  if (head.ok) return head;\n  if (log.name.startsWith("hub.")) return succeed({ origin: log.name, size: parsed.value.size, root: parsed.value.root, checkpoint });\n  switch',
    ['grant-checkpoint-signature', 'grant-proof-of-another-log'],
  ),
  useStep(
    "if (!claims.aud.includes(use.gateway)) return fail('grant-for-another-gateway');",
    'grant-for-another-gateway',
  ),
  useStep(
    "if (claims.uses !== undefined && claims.aud.length !== 1) return fail('grant-counted-with-several-gateways');",
    'grant-counted-with-several',
  ),
  useStep("if (claims.cnf.member !== use.member) return fail('grant-of-another-member');", 'grant-of-another-member'),
  useStep(
    "if (!claims.cnf.gateways.includes(use.peerGateway)) return fail('grant-presented-by-another-gateway');",
    'grant-presented-by-another',
  ),
  useStep("if (claims.client !== use.client) return fail('grant-of-another-client');", 'grant-of-another-client'),
  useStep("if (claims.service !== use.service) return fail('grant-for-another-service');", 'grant-for-another-service'),
  useStep(
    "if (claims.agreement !== use.agreement.id) return fail('grant-for-another-agreement');",
    'grant-for-another-agreement',
  ),
  useStep(
    "if (use.agreement.basis.kind !== 'consent') return fail('grant-not-needed-by-agreement');",
    'grant-under-statute',
  ),
  useStep("if (claims.purpose !== use.purpose) return fail('grant-for-another-purpose');", 'grant-for-another-purpose'),
  useStep(
    "if (!use.agreement.purposes.includes(claims.purpose)) return fail('grant-purpose-outside-agreement');",
    'grant-purpose-of-agreement',
  ),
  useStep("if (use.nowSeconds < claims.nbf) return fail('grant-not-yet-valid');", 'grant-not-yet'),
  useStep("if (use.nowSeconds >= claims.exp) return fail('grant-expired');", 'grant-expired'),
  mutate(
    GRANT_USE,
    "if (sealedSubject === undefined) return fail('grant-without-subject');",
    "if (sealedSubject === undefined) return succeed({ fields: claims.fields, sealedSubject: '', uses: claims.uses });",
    ['grant-without-subject'],
  ),
  mutate(GRANT_USE, 'fields: narrow(use.agreement.fields, claims.fields)', 'fields: claims.fields', [
    'grant-fields-narrow',
  ]),
  mutate(
    `${CORE}/subjects.ts`,
    "service?.personal === true ? fail('subject-missing') : succeed(undefined)",
    'succeed(undefined)',
    ['subject-missing'],
  ),
  mutate(
    `${CORE}/subjects.ts`,
    'subjectInfo(details.service, details.purpose)',
    "subjectInfo(details.service, 'statistics')",
    ['grant-honoured', 'subject-missing'],
  ),
  // Heads.
  mutate(
    `${CORE}/heads.ts`,
    'if (!isSame(known, head.root)) freeze(log.pending.get(head.size)?.head ?? log.newest, head);',
    '',
    ['fork-of-equal-size'],
  ),
  mutate(`${CORE}/heads.ts`, 'else freeze(head, published);', 'else accept(log, head);', ['older-fork']),
  mutate(
    `${CORE}/heads.ts`,
    'if (found !== undefined && !isSame(found, root)) return freeze(log.newest, published);',
    'void [found, root];',
    ['newer-fork'],
  ),
  mutate(
    `${CORE}/heads.ts`,
    'return verifyConsistency({ size: carried.from, root }, head, carried.path);',
    'return verifyConsistency({ size: carried.from, root }, head, carried.path) || true;',
    ['carried-path-false'],
  ),
  mutate(`${CORE}/heads.ts`, "if (now > deadline) return 'unproven';", 'void [now, deadline];', ['head-unproven']),
  mutate(`${CORE}/state.ts`, 'heads.restoreConflict(note);', '', ['frozen-after-restart']),
  mutate(
    `${CORE}/receive.ts`,
    'if (service.policy.headBeforeRelease && !(await isHeadProven(arrived)))',
    'if (service.policy.headBeforeRelease && !(await isHeadProven(arrived)) && details.v !== 1)',
    ['head-before-release'],
  ),
  mutate(
    'packages/gateway/src/doors/watch-peers.ts',
    'if (held !== undefined) core.heads.observe(held);',
    'void held;',
    ['split-view'],
  ),
  mutate(
    'packages/evidence/src/log/ask.ts',
    "if (size > own.size) return { name: 'larger-head-elsewhere', from: answer.from, size };",
    'if (size > own.size) continue;',
    ['restored-backup'],
  ),
  // Uniqueness, uses, quotas.
  mutate(`${CORE}/admission.ts`, "if (before.entries.has(entry)) return { kind: 'refused', rule: 'replayed' };", '', [
    'replay-unsafe',
  ]),
  mutate(
    `${CORE}/admission.ts`,
    "if (before.fingerprint !== fingerprintOf(details)) return { kind: 'refused', rule: 'retry-changed' };",
    '',
    ['retry-changed'],
  ),
  mutate(
    `${CORE}/admission.ts`,
    "if (first !== undefined && first !== fingerprint) return { kind: 'refused', rule: 'retry-changed' };",
    '',
    ['retry-changed'],
  ),
  mutate(
    `${CORE}/admission.ts`,
    ": { kind: 'recorded', firstEntry: before.firstEntry };",
    ": { kind: 'admitted', isLasting: true, counts: [] };",
    ['retry-unsafe', 'retry-together'],
  ),
  mutate(
    `${CORE}/admission.ts`,
    'if (used !== undefined && (counts.get(used) ?? 0) >= (grant?.claims.uses ?? 0))',
    'if (used === "")',
    ['uses-counted'],
  ),
  mutate(
    `${CORE}/admission.ts`,
    'return (counts.get(subject) ?? 0) >= quotaPerDay ? undefined : [count(subject)];',
    'return [count(subject)];',
    ['quota-counted'],
  ),
  mutate(
    `${CORE}/admission.ts`,
    'const counted = first === undefined ? countQuota(request) : [];',
    'const counted = countQuota(request);',
    ['quota-counted'],
  ),
  mutate(
    `${CORE}/admission.ts`,
    "if (!id.ok) return { kind: 'refused', rule: 'malformed-message' };",
    'if (!id.ok) return admitSafe(request, details.id);',
    ['message-id-form'],
  ),
  mutate(
    `${CORE}/admission.ts`,
    'if (isLasting && timestampOf(id.value) / 1000 < now - retrySeconds)',
    'if (timestampOf(id.value) + now + retrySeconds < 0)',
    ['message-too-old'],
  ),
  mutate(`${CORE}/state.ts`, 'book.restoreCount(note);', '', ['uses-counted']),
  mutate(`${CORE}/tell.ts`, ' || details.value.to.gateway !== peer.id', '', ['outcome-told']),
  // Durability.
  mutate(
    `${CORE}/receive.ts`,
    '(stored ? release(accepted) : undefined)',
    '(stored || !stored ? release(accepted) : undefined)',
    ['not-forwarded-before-durable'],
  ),
  mutate(
    'packages/evidence/src/log/journal.ts',
    '    await this.#file.sync();\n  }\n\n  async rotate',
    '  }\n\n  async rotate',
    ['not-before-durable'],
  ),
  mutate(
    'packages/evidence/src/log/journal.ts',
    'await this.#file.sync();\n  }\n\n  async rotate',
    '  }\n\n  async rotate',
    ['not-sent-before-durable'],
    CITY,
  ),
  mutate(`${CORE}/admission.ts`, 'if ([request.entry, barring].some(', 'if ([barring].some(', ['replay-safe']),
  mutate(
    'packages/gateway/src/links/framed-door.ts',
    'const refusal = answer.release();',
    'const refusal = answer.release() && undefined;',
    ['withdrawn-between-check-and-sync'],
  ),
  {
    ...mutate(
      'packages/gateway/src/links/http-door.ts',
      'const refusal = answer.release();',
      'const refusal = answer.release() && undefined;',
      ['withdrawn-between-check-and-sync'],
    ),
    binding: 'http/1.1',
  },
  // Status.
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
  // The door to the agency, and back.
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
  // Trust bundles.
  bundleStep(
    "if (!trusted.includes(bundle.keys.bundle)) return fail('bundle-untrusted-key');",
    'void trusted;',
    'bundle-untrusted-key',
  ),
  bundleStep(
    'if (!key || !signature.ok || !isSignedBy(key, bundleMessage(sealed.details), signature.value))',
    'if (!key || !signature.ok || !isSignedBy || !bundleMessage)',
    'bundle-signature',
  ),
  bundleStep(
    "if (bundle.instance !== current.instance) return fail('bundle-other-instance');",
    '',
    'bundle-other-instance',
  ),
  bundleStep("if (bundle.version <= current.version) return fail('bundle-not-newer');", '', 'bundle-not-newer'),
  bundleStep(
    'bundle.version === current.version + 1 && bundle.previous',
    'bundle.version === 0 && bundle.previous',
    'bundle-broken-chain',
  ),
  bundleStep(
    "if (bundle.hub.logKey !== known && !underSuccessor) return fail('bundle-hub-log-changed');",
    'void [known, underSuccessor];',
    'bundle-hub-log-changed',
  ),
  bundleStep(
    'return proven.ok ? succeed(true) : proven;',
    'return proven.ok || !proven.ok ? succeed(true) : proven;',
    'bundle-not-included',
  ),
  bundleStep("commit('bundle', salt.value", "commit('grant', salt.value", 'bundle-kind'),
  bundleStep(
    "if (bundle.issuedAt > nowSeconds + bundle.policy.freshnessSeconds) return fail('bundle-from-the-future');",
    '',
    'bundle-from-the-future',
  ),
  bundleStep("if (isBundleTooOld(bundle, nowSeconds)) return fail('bundle-too-old');", '', 'bundle-beyond-its-age'),
  bundleStep(
    "if (!parsed.ok) return fail('bundle-not-canonical');",
    'if (!parsed.ok) return succeed(JSON.parse(sealed.details) as TrustBundle);',
    'bundle-not-canonical',
  ),
  bundleStep(
    "if (!bundleCheck.Check(bundle)) return fail('bundle-schema');",
    'if (!bundleCheck.Check(bundle)) return succeed(bundle as TrustBundle);',
    'bundle-schema',
  ),
  // The consumer's own side.
  mutate(
    `${CORE}/plan-call.ts`,
    "if (isBundleTooOld(bundle.bundle, now)) return fail({ rule: 'bundle-too-old' });",
    '',
    ['app-bundle-too-old'],
    CITY,
  ),
  mutate(
    `${CORE}/plan-call.ts`,
    "if (!call.client.startsWith(`${self.member}/`)) return fail({ rule: 'client-not-here' });",
    '',
    ['app-client-of-another'],
    CITY,
  ),
  mutate(
    `${CORE}/plan-call.ts`,
    "if (bundle.members.get(self.member)?.subsystems.includes(subsystem) !== true) return fail({ rule: 'client-unknown' });",
    'void subsystem;',
    ['app-client-unknown'],
    CITY,
  ),
  mutate(
    `${CORE}/plan-call.ts`,
    "if (agreement.suspendedBy.length > 0) return fail({ rule: 'agreement-suspended' });",
    '',
    ['app-agreement-not-in-force'],
    CITY,
  ),
  mutate(
    `${CORE}/plan-call.ts`,
    "if (now < agreement.validFrom || now >= agreement.validUntil) return fail({ rule: 'agreement-expired' });",
    '',
    ['app-agreement-not-in-force'],
    CITY,
  ),
  mutate(
    `${CORE}/plan-call.ts`,
    "if (!rights.mayCall(agreement, call.method, pathOf(call.path))) return fail({ rule: 'endpoint-not-allowed' });",
    '',
    ['app-endpoint'],
    CITY,
  ),
  mutate(
    `${CORE}/plan-call.ts`,
    'return call.purpose !== undefined && call.purpose !== purpose',
    'return call.purpose === ""',
    ['app-grant-of-another-purpose'],
    CITY,
  ),
  mutate(
    'packages/gateway/src/r1/parse-call.ts',
    "if (spoofed !== undefined) return fail({ rule: 'spoofed-header', about: spoofed });",
    '',
    ['app-spoofed-header'],
    CITY,
  ),
  mutate(
    'packages/gateway/src/r1/parse-call.ts',
    'if (!split.ok) return split;',
    'if (!split.ok) return succeed({ service, provider: subsystemOf(service), path: below, query: "" });',
    ['app-path-not-normalised'],
    CITY,
  ),
  mutate(
    `${CORE}/call.ts`,
    'const bound = mayRepeat ? undefined : outgoing.boundTo(messageId);',
    'const bound = mayRepeat ? undefined : undefined;',
    ['no-fail-over-unsafe'],
    CITY,
  ),
  mutate(
    `${CORE}/call.ts`,
    'if (mayRepeat) outgoing.endLazily(entry, outcome, evidence);',
    'if (mayRepeat || !mayRepeat) outgoing.endLazily(entry, outcome, evidence);',
    ['not-delivered-before-stored'],
    CITY,
  ),
  mutate(
    'packages/ports/src/real/network/dial.ts',
    'if (fingerprint === undefined || expectedFingerprints?.includes(fingerprint) === false) {',
    'if (fingerprint === undefined) {',
    ['answer-from-another-certificate'],
    CITY,
  ),
];
