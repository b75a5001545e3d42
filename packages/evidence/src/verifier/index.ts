/**
 * The independent verifier: decides off-line whether a receipt proves what it says, believing nobody but
 * the trust policy it is given. Uses nothing of this project, of Node or of the network: only WebCrypto.
 *
 *     const { ok, claims, provisional, time } = await verifyReceipt(JSON.parse(file), policy);
 */
import { isObject } from './canonical.ts';
import type { Claim, MessageReceipt, Receipt, TrustPolicy, Verification } from './model.ts';
import { readPolicy } from './policy.ts';
import { makeClaim } from './texts.ts';
import { verifyEntry } from './verify-entry.ts';
import { verifyTogether } from './verify-message.ts';

export type { Claim, ClaimName, MessageReceipt, Receipt, TrustPolicy, Verification } from './model.ts';

/**
 * Verifies a receipt, or the receipt file of a message with several entries. Whatever is wrong with it is a
 * claim that does not hold, never an exception; only a trust policy that is none throws TypeError.
 */
export async function verifyReceipt(
  receipt: Receipt | MessageReceipt | unknown,
  policy: TrustPolicy,
): Promise<Verification> {
  const trust = await readPolicy(policy);
  const message = isObject(receipt) && 'entries' in receipt ? readMessage(receipt) : undefined;
  const receipts = message?.entries ?? [receipt];
  const verified = await Promise.all(receipts.map((each) => verifyEntry(each, trust)));
  const claims: Claim[] = verified.flatMap(({ holds }, entry) =>
    Array.from(holds, ([name, held]) => makeClaim(name, held, message === undefined ? undefined : entry)),
  );
  if (message !== undefined) {
    for (const [name, held] of verifyTogether(message.id, verified)) claims.push(makeClaim(name, held));
  }
  const failed = claims.filter(({ holds }) => !holds);
  const times = verified.map(({ time }) => time);
  const latest = times.every((time) => time !== undefined) ? Math.max(...times) : undefined;
  return {
    ok: failed.length === 0,
    claims,
    provisional: failed.length > 0 && failed.every(({ name }) => name === 'witnessed'),
    time: latest,
  };
}

function readMessage(
  receipt: Readonly<Record<string, unknown>>,
): { id: string; entries: readonly unknown[] } | undefined {
  const { v, message, entries } = receipt;
  if (Object.keys(receipt).sort().join() !== 'entries,message,v' || v !== 1) return undefined;
  if (typeof message !== 'string' || !Array.isArray(entries) || entries.length === 0 || entries.length > 16)
    return undefined;
  return { id: message, entries };
}
