/** Persons at the registry: grants are made and withdrawn, and the registry is asked until it says that a withdrawal is effective. */
import { parseProof } from '@minben/evidence';
import type { JsonAnswer } from '../cluster/http.ts';
import { CONSENT } from '../cluster/places.ts';
import { pause } from '../cluster/until.ts';
import type { GrantRecord } from '../ledger/ledger.ts';
import type { Load, LoadMeans } from './exchanges.ts';

const SUBJECT = { number: 'A123456789' };
const LONGEST_MS = 90_000;

export function startGrants(means: LoadMeans, pauseMs: number): Load {
  const { cluster, ledger, prng } = means;
  let isStopped = false;
  const withdrawals = new Set<Promise<void>>();

  const ask = (method: string, path: string, body?: object): Promise<JsonAnswer | undefined> =>
    cluster.operate(method, path, body).catch(() => undefined);

  const mint = async (): Promise<void> => {
    const uses = prng.chance(0.3) ? 2 : undefined;
    const order = { agreement: CONSENT, subject: SUBJECT, seconds: 3_600, ...(uses === undefined ? {} : { uses }) };
    const answer = await ask('POST', '/grants', order);
    if (answer?.status !== 201) return;
    const { jti, token, status } = answer.json as { jti: string; token: string; status: number };
    for (const other of ledger.grants.values())
      if (other.status === status) ledger.violations.add('doubled', `two grants share position ${status}`);
    ledger.grants.set(jti, { jti, token, status, uses, answered: new Set(), isAsked: false, isEffective: false });
    const proof = parseProof(Buffer.from(token.split('~')[2] ?? '', 'base64url').toString());
    if (proof.ok) ledger.heads.saw(proof.value.checkpoint, 'a grant');
    else ledger.violations.add('unproven', `the proof of grant ${jti} cannot be read`);
  };

  const withdraw = async (grant: GrantRecord): Promise<void> => {
    grant.isAsked = true;
    const end = performance.now() + LONGEST_MS;
    while (performance.now() < end) {
      const answer =
        grant.withdrawal === undefined
          ? await ask('POST', '/withdrawals', { jti: grant.jti })
          : await ask('GET', `/withdrawals/${grant.jti}`);
      if (answer?.status === 404 || answer?.status === 409)
        ledger.violations.add('lost', `grant ${grant.jti} or its withdrawal: ${String(answer.json['rule'])}`);
      if (answer?.status === 200 || answer?.status === 201) {
        const { version, effective, receipt } = answer.json as {
          version: number;
          effective: boolean;
          receipt?: unknown;
        };
        if (grant.withdrawal !== undefined && grant.withdrawal.version !== version)
          ledger.violations.add('lost', `withdrawal ${grant.withdrawal.version} became ${version}`);
        grant.withdrawal = { version, receipt: receipt ?? grant.withdrawal?.receipt };
        if (effective) {
          grant.isEffective = true;
          return;
        }
      }
      await pause(100);
    }
    ledger.violations.add('stuck', `the withdrawal of ${grant.jti} did not become effective`);
  };

  const work = async (): Promise<void> => {
    while (!isStopped) {
      await mint();
      const standing = [...ledger.grants.values()].filter(({ isAsked }) => !isAsked);
      if (standing.length > 6 && prng.chance(0.6)) {
        const run = withdraw(prng.pick(standing)).finally(() => withdrawals.delete(run));
        withdrawals.add(run);
      }
      await pause(prng.between(pauseMs >> 1, pauseMs * 2));
    }
    await Promise.all(withdrawals);
  };

  const all = work();
  return {
    async stop() {
      isStopped = true;
      await all;
    },
  };
}
