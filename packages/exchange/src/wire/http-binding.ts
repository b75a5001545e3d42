/**
 * The HTTP/1.1 binding (PROTOCOL 9): the same evidence and proof in two headers, so that a message can be read with
 * ordinary tools. `T-Road-Evidence: <kind>.<salt>.<details>` and `T-Road-Proof: <C2SP tlog-proof>`, base64url.
 */
import { formatProof } from '@minben/evidence';
import { decodeBase64Url, encodeBase64Url, fail, type Result, succeed } from '@minben/kernel';
import type { HeaderList } from '@minben/ports';
import { NEVER_FORWARDED } from '../rights/header-rules.ts';
import { type LogProof, parseLogProof } from '../trust/log-proof.ts';

/** Requests go to this path, followed by the raw path and query of the service. */
export const EXCHANGE_PREFIX = '/exchange';
/** `GET /outcome/<entry in hex>` tells what became of a request. */
export const OUTCOME_PREFIX = '/outcome/';
/** Set by the answering gateway: `not-received`, `open`, `unknown` or `answered`; or the rule of a bare refusal. */
export const STATE_HEADER = 't-road-state';
export const REFUSED_HEADER = 't-road-refused';

const EVIDENCE_HEADER = 't-road-evidence';
const PROOF_HEADER = 't-road-proof';
const MAXIMUM_PROOF = 4_096;
/** Salt and details of the largest message, in base64url. */
const MAXIMUM_EVIDENCE = 24_576;

/** Evidence and proof as the binding carries them. */
export interface HttpEvidence {
  readonly kind: string;
  readonly salt: Uint8Array;
  readonly details: Uint8Array;
  readonly proof: LogProof;
}

export function writeEvidenceHeaders({ kind, salt, details, proof }: HttpEvidence): HeaderList {
  return [
    [EVIDENCE_HEADER, `${kind}.${encodeBase64Url(salt)}.${encodeBase64Url(details)}`],
    [PROOF_HEADER, encodeBase64Url(Buffer.from(formatProof(proof)))],
  ];
}

/** Reads both headers; one that is absent, repeated, too long or loosely encoded is malformed. */
export function readEvidenceHeaders(headers: HeaderList): Result<HttpEvidence, 'malformed-message'> {
  const evidence = single(headers, EVIDENCE_HEADER);
  const proofHeader = single(headers, PROOF_HEADER);
  if (evidence === undefined || proofHeader === undefined) return fail('malformed-message');
  if (evidence.length > MAXIMUM_EVIDENCE || proofHeader.length > MAXIMUM_PROOF * 1.5) return fail('malformed-message');
  const [kind = '', saltText = '', detailsText = '', ...rest] = evidence.split('.');
  const salt = decodeBase64Url(saltText);
  const details = decodeBase64Url(detailsText);
  const proofText = decodeBase64Url(proofHeader);
  if (rest.length > 0 || !salt.ok || !details.ok || !proofText.ok || salt.value.length !== 32)
    return fail('malformed-message');
  if (proofText.value.length > MAXIMUM_PROOF) return fail('malformed-message');
  const proof = parseLogProof(Buffer.from(proofText.value).toString('utf8'));
  if (!proof.ok) return fail('malformed-message');
  return succeed({ kind, salt: salt.value, details: details.value, proof: proof.value });
}

/** What remains when transport and evidence are taken away: the headers that the details' digest covers. */
export function forwardedHeaders(headers: HeaderList): HeaderList {
  return headers.filter(([name]) => !NEVER_FORWARDED.has(name) && name !== EVIDENCE_HEADER && name !== PROOF_HEADER);
}

function single(headers: HeaderList, wanted: string): string | undefined {
  const found = headers.filter(([name]) => name === wanted);
  return found.length === 1 ? found[0]?.[1] : undefined;
}
