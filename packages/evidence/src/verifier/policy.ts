/** The trust policy, read once: whose signatures count. */
import { isObject } from './canonical.ts';
import type { TrustPolicy } from './model.ts';
import { type NoteKey, readKey } from './note.ts';

export interface TrustedLog {
  readonly key: NoteKey;
  readonly gateway: string | undefined;
  readonly revokedAt: number | undefined;
}

export interface Trust {
  readonly logs: readonly TrustedLog[];
  readonly witnesses: readonly NoteKey[];
  readonly quorum: number;
}

/** Throws TypeError when the policy is not one: whom to trust must never be guessed. */
export async function readPolicy(policy: TrustPolicy): Promise<Trust> {
  if (!isObject(policy) || policy.v !== 1 || !Array.isArray(policy.logs) || !Array.isArray(policy.witnesses)) {
    throw new TypeError('a trust policy has v 1, logs, witnesses and a quorum');
  }
  if (!Number.isSafeInteger(policy.quorum) || policy.quorum < 0 || policy.quorum > policy.witnesses.length) {
    throw new TypeError('the quorum is a count of witnesses in the policy');
  }
  const logs = await Promise.all(policy.logs.map(readLog));
  const witnesses = await Promise.all(policy.witnesses.map(readKey));
  if (logs.some((log) => log.key.type !== 'log')) throw new TypeError('a log key has type 0x01');
  if (witnesses.some((key) => key.type !== 'witness')) throw new TypeError('a witness key has type 0x04');
  const publicKeys = witnesses.map((key) => key.publicKey.join());
  if (new Set(publicKeys).size !== publicKeys.length) throw new TypeError('one witness may not count twice');
  if (new Set(logs.map((log) => log.key.name)).size !== logs.length) throw new TypeError('one origin has one key');
  return { logs, witnesses, quorum: policy.quorum };
}

async function readLog(log: TrustPolicy['logs'][number]): Promise<TrustedLog> {
  const size = log.revoked?.size;
  if (log.revoked !== undefined && !Number.isSafeInteger(size)) throw new TypeError('a revocation names a size');
  return { key: await readKey(log.key), gateway: log.gateway, revokedAt: size };
}
