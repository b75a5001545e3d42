/** The claims that one entry makes by itself. */
import { type Bytes, fromBase64Url } from './bytes.ts';
import { isObject, type JsonObject, readCanonicalObject } from './canonical.ts';
import { commitmentOf, isIncluded } from './inclusion.ts';
import type { ClaimName } from './model.ts';
import { cosignatureTime, isSignedBy, readProof } from './note.ts';
import type { Trust } from './policy.ts';

const FIELDS = ['details', 'kind', 'proof', 'salt', 'v'];
/** Kinds whose details name sender, receiver and the sender's log (PROTOCOL 4, 5). */
const MESSAGE_KINDS = ['request', 'response', 'refusal', 'withheld'];

export interface VerifiedEntry {
  readonly holds: ReadonlyMap<ClaimName, boolean>;
  readonly kind: string;
  readonly details: JsonObject | undefined;
  readonly entry: Bytes | undefined;
  /** When the quorum was complete. */
  readonly time: number | undefined;
}

export async function verifyEntry(receipt: unknown, trust: Trust): Promise<VerifiedEntry> {
  const holds = new Map<ClaimName, boolean>();
  const nothing = { holds, kind: '', details: undefined, entry: undefined, time: undefined };
  const read = readReceipt(receipt);
  holds.set('well-formed', read !== undefined);
  if (read === undefined) return nothing;
  const { kind, salt, details: text, proof } = read;
  const details = readCanonicalObject(text);
  holds.set('details-canonical', details !== undefined);
  const entry = await commitmentOf(kind, salt, text);
  const log = trust.logs.find((each) => each.key.name === proof.origin);
  holds.set('log-trusted', log !== undefined);
  holds.set('entry-included', await isIncluded(entry, proof));
  holds.set('checkpoint-signed', log !== undefined && (await isSignedBy(proof, log.key)));
  const cosigned = await Promise.all(trust.witnesses.map((key) => cosignatureTime(proof, key)));
  holds.set('cosignatures-valid', !cosigned.includes('invalid'));
  const times = cosigned.filter((time) => typeof time === 'number').sort((left, right) => left - right);
  const witnessed = times.length >= trust.quorum;
  holds.set('witnessed', witnessed);
  // A stolen key can sign any size; only what witnesses saw at or below the revoked size is known to be older.
  const revokedAt = log?.revokedAt;
  const standing = revokedAt === undefined || (proof.size <= revokedAt && witnessed && times.length > 0);
  holds.set('key-not-revoked', log !== undefined && standing);
  if (MESSAGE_KINDS.includes(kind)) {
    const from = details?.from;
    holds.set('origin-matches', details?.origin === proof.origin);
    holds.set('gateway-matches', log?.gateway !== undefined && isObject(from) && from.gateway === log.gateway);
  }
  return { holds, kind, details, entry, time: witnessed ? times[Math.max(0, trust.quorum - 1)] : undefined };
}

function readReceipt(receipt: unknown) {
  if (!isObject(receipt) || Object.keys(receipt).sort().join() !== FIELDS.join() || receipt.v !== 1) return undefined;
  const { kind, details, salt: encodedSalt, proof: proofText } = receipt;
  if (
    typeof kind !== 'string' ||
    typeof details !== 'string' ||
    typeof encodedSalt !== 'string' ||
    typeof proofText !== 'string'
  )
    return undefined;
  const salt = fromBase64Url(encodedSalt);
  const proof = readProof(proofText);
  if (!/^[a-z-]{1,32}$/.test(kind) || !details.isWellFormed() || salt?.length !== 32 || proof === undefined)
    return undefined;
  return { kind, details, salt, proof };
}
