/** The last judgement: everything runs again and is left in peace; now all that was ever acknowledged must be there. */
import { commit, parseProof, verifyReceipt } from '@minben/evidence';
import type { Prng } from '@minben/ports/simulated';
import type { Cluster } from '../cluster/cluster.ts';
import { KINDS } from '../cluster/places.ts';
import { pause } from '../cluster/until.ts';
import { exchangeUntilOutcome } from '../load/exchanges.ts';
import { checkMessage, fetchReceipt } from './check-message.ts';
import type { GrantRecord, Ledger } from './ledger.ts';

const LONGEST_MS = 60_000;
const AGAIN_MS = 300;
const AT_ONCE = 6;
const GRANTS_TRIED = 25;

export interface EndMeans {
  readonly cluster: Cluster;
  readonly ledger: Ledger;
  readonly prng: Prng;
}

export async function checkEnd(means: EndMeans): Promise<void> {
  if (!(await comeBack(means))) return;
  await checkMessages(means);
  await checkGrants(means);
  await followToTheEnd(means);
  await checkTokens(means);
  checkEffects(means);
}

/** Every process is ready again; false when one is not, for then nothing else can be asked. */
async function comeBack({ cluster, ledger }: EndMeans): Promise<boolean> {
  let all = true;
  for (const kind of KINDS) {
    const end = performance.now() + LONGEST_MS;
    let reasons: readonly string[] | undefined;
    while (performance.now() < end) {
      reasons = kind === 'witness' ? [] : await cluster.reasons(kind).catch(() => undefined);
      if (reasons?.length === 0) break;
      await pause(AGAIN_MS);
    }
    if (reasons?.length === 0) continue;
    ledger.violations.add('stuck', `the ${kind} does not become ready: ${reasons?.join(', ') ?? 'no answer'}`);
    all = false;
  }
  return all;
}

/** Runs `work` over all items, a few at once. */
async function forAll<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function checkMessages({ cluster, ledger }: EndMeans): Promise<void> {
  const end = performance.now() + LONGEST_MS;
  let open = [...ledger.deliveries.values()];
  const last = new Map<string, string>();
  while (open.length > 0 && performance.now() < end) {
    const again: typeof open = [];
    await Promise.all(Object.values(ledger.followers).map((follower) => follower.follow().catch(() => undefined)));
    await forAll(open, async (delivery) => {
      const receipt = await fetchReceipt(cluster, 'consumer', delivery.id);
      if (receipt === undefined || receipt === 'none') {
        last.set(delivery.id, receipt === 'none' ? 'its gateway knows of no such message' : 'no answer');
        again.push(delivery);
        return;
      }
      const verdict = await checkMessage(ledger, delivery, receipt);
      if (verdict === 'holds') return;
      const kinds = receipt.entries.map(({ kind }) => kind).join(' ');
      last.set(delivery.id, `${verdict} (${kinds})`);
      if (verdict === 'not-yet') again.push(delivery);
      else ledger.violations.add('unproven', `${delivery.id}: ${verdict}`);
    });
    open = again;
    if (open.length > 0) await pause(AGAIN_MS);
  }
  for (const { id, isSafe } of open)
    ledger.violations.add(
      'lost',
      `${isSafe ? 'GET' : 'POST'} ${id} was delivered: ${last.get(id) ?? 'nothing is known'}`,
    );
}

async function checkGrants(means: EndMeans): Promise<void> {
  const { cluster, ledger, prng } = means;
  const grants = [...ledger.grants.values()];
  await forAll(grants, async (grant) => {
    const answer = await cluster.operate('GET', `/withdrawals/${grant.jti}`).catch(() => undefined);
    const isKnown = answer?.json['rule'] === 'not-withdrawn' || answer?.status === 200;
    if (!isKnown) ledger.violations.add('lost', `grant ${grant.jti}: ${String(answer?.json['rule'])}`);
    if (grant.withdrawal !== undefined && answer?.json['version'] !== grant.withdrawal.version)
      ledger.violations.add('lost', `withdrawal ${grant.withdrawal.version} of ${grant.jti}`);
    if (grant.uses !== undefined && grant.answered.size > grant.uses)
      ledger.violations.add('doubled', `${grant.answered.size} messages under a grant of ${grant.uses} uses`);
  });
  const sample = (fits: (grant: GrantRecord) => boolean): GrantRecord[] => {
    const fitting = grants.filter(fits);
    return Array.from({ length: Math.min(GRANTS_TRIED, fitting.length) }, () => prng.pick(fitting));
  };
  await forAll(
    sample(({ isAsked, uses }) => !isAsked && uses === undefined),
    async (grant) => {
      const { outcome, rule } = await exchangeUntilOutcome(means, 'GET', grant);
      if (outcome !== 'delivered') ledger.violations.add('lost', `grant ${grant.jti} is honoured no more: ${rule}`);
    },
  );
  await forAll(
    sample(({ isEffective, uses }) => isEffective && uses === undefined),
    async (grant) => {
      const { outcome, rule } = await exchangeUntilOutcome(means, 'GET', grant);
      if (outcome !== 'refused' || rule !== 'grant-withdrawn')
        ledger.violations.add('not-withdrawn', `${grant.jti}: ${outcome} ${rule}`);
    },
  );
}

/** Follows each log beyond every head that anyone was shown, and compares all of them. */
async function followToTheEnd({ ledger }: EndMeans): Promise<void> {
  const end = performance.now() + LONGEST_MS;
  for (const follower of Object.values(ledger.followers)) {
    while (follower.size < ledger.heads.largest(follower.origin) && performance.now() < end) {
      await follower.follow().catch(() => undefined);
      await pause(AGAIN_MS);
    }
    follower.compare(true);
  }
}

/** The entry of every grant and every withdrawal stands in the hub's log, and its proof verifies. */
async function checkTokens({ ledger }: EndMeans): Promise<void> {
  const { hub } = ledger.followers;
  for (const { jti, token, withdrawal } of ledger.grants.values()) {
    const [jws = '', salt = '', proof = ''] = token.split('~');
    const details = JSON.stringify({ jws });
    const entry = Buffer.from(commit('grant', Buffer.from(salt, 'base64url'), Buffer.from(details))).toString('hex');
    if (!hub.has(entry)) ledger.violations.add('lost', `the entry of grant ${jti}`);
    const text = Buffer.from(proof, 'base64url').toString();
    const receipts: unknown[] = [{ v: 1, kind: 'grant', details, salt, proof: text }];
    if (withdrawal?.receipt !== undefined) receipts.push(withdrawal.receipt);
    for (const receipt of receipts) {
      const { ok, provisional, claims } = await verifyReceipt(receipt, ledger.policy);
      const failed = claims.filter(({ holds }) => !holds).map(({ name }) => name);
      if (!ok && !provisional) ledger.violations.add('unproven', `a receipt of ${jti}: ${failed.join(', ')}`);
    }
    if (withdrawal?.receipt === undefined) continue;
    const { salt: withdrawn, details: text2, proof: path } = withdrawal.receipt as Record<string, string>;
    const parsed = parseProof(path ?? '');
    if (parsed.ok) ledger.heads.saw(parsed.value.checkpoint, `the withdrawal of ${jti}`);
    const gone = commit('withdrawal', Buffer.from(withdrawn ?? '', 'base64url'), Buffer.from(text2 ?? ''));
    if (!hub.has(Buffer.from(gone).toString('hex')))
      ledger.violations.add('lost', `the entry of the withdrawal of ${jti}`);
  }
}

/** One message, one effect; none delivered without its effect. */
function checkEffects({ cluster, ledger }: EndMeans): void {
  for (const [id, count] of cluster.agency.effects)
    if (count > 1) ledger.violations.add('doubled', `${id} had ${count} effects`);
  for (const { id, isSafe } of ledger.deliveries.values())
    if (!isSafe && !cluster.agency.effects.has(id)) ledger.violations.add('lost', `${id} was delivered without effect`);
  for (const [id, outcome] of ledger.settled)
    if (outcome === 'recorded' && !cluster.agency.effects.has(id) && !ledger.deliveries.has(id))
      ledger.violations.add('unexpected', `${id} is on record without effect`);
}
