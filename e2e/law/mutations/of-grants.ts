/** The steps by which a grant is verified and used. */
import { type CheckMutation, CORE, GRANT, GRANT_USE, grantStep, mutate, useStep } from './model.ts';

export const ofGrants: readonly CheckMutation[] = [
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
];
