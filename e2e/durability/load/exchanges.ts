/**
 * Applications at the consumer's gateway: they read and they change something, without pause and without knowing that
 * anything is killed. A change is repeated under its message id until it has an outcome.
 */
import { createHash, randomBytes } from 'node:crypto';
import { makeUuid } from '@minben/kernel';
import type { HeaderList } from '@minben/ports';
import type { Prng } from '@minben/ports/simulated';
import type { Cluster } from '../cluster/cluster.ts';
import { call, type JsonAnswer } from '../cluster/http.ts';
import { CLIENT, SERVICE } from '../cluster/places.ts';
import { pause } from '../cluster/until.ts';
import type { GrantRecord, Ledger } from '../ledger/ledger.ts';

export interface Load {
  /** Takes no new work; resolves when all that was begun has its outcome. */
  stop(): Promise<void>;
}

export interface LoadMeans {
  readonly cluster: Cluster;
  readonly ledger: Ledger;
  readonly prng: Prng;
}

/** What says that the same call may have another outcome later. */
const PASSING = new Set([
  'no-gateway-reachable',
  'evidence-unavailable',
  'bundle-unknown',
  'bundle-too-old',
  'shutting-down',
  'overloaded',
  'lease-lapsed',
  'outcome-unknown',
  // A log could not prove its newest head for ten seconds (PROTOCOL 13): its process is dead at the moment.
  'grant-not-in-log',
  'head-unproven',
]);
const AGAIN_MS = 60;
const LONGEST_MS = 90_000;

export function makeMessageId(): string {
  return makeUuid(Date.now(), randomBytes(10));
}

/** One call of the application; undefined when no answer came. */
export async function exchange(
  { cluster }: Pick<LoadMeans, 'cluster'>,
  id: string,
  method: 'GET' | 'POST',
  grant?: string,
): Promise<JsonAnswer | undefined> {
  const port = cluster.processes.consumer.ports?.['consumer'];
  if (port === undefined) return undefined;
  const headers: HeaderList = [
    ['x-road-client', CLIENT],
    ['x-road-id', id],
    ['content-type', 'application/json'],
    ...(grant === undefined ? [] : [['t-road-grant', grant] as const]),
  ];
  const url = `http://127.0.0.1:${port}/r1/${SERVICE}/people/1`;
  const body = method === 'POST' ? { body: `{"change":"${id}"}` } : {};
  return call(cluster.network, method, url, { headers, ...body }).catch(() => undefined);
}

type Outcome = 'delivered' | 'refused' | 'recorded' | 'unknown' | 'no-outcome';

/** Repeats one call until it has an outcome, and writes what was told into the ledger. */
export async function exchangeUntilOutcome(
  means: LoadMeans,
  method: 'GET' | 'POST',
  grant: GrantRecord | undefined,
  isPatient = true,
): Promise<{ outcome: Outcome; rule: string }> {
  const { ledger } = means;
  const id = makeMessageId();
  const end = performance.now() + LONGEST_MS;
  let rule = '';
  for (;;) {
    const wasEffective = grant?.isEffective === true;
    const answer = await exchange(means, id, method, grant?.token);
    if (answer?.status === 200) {
      if (wasEffective) ledger.violations.add('not-withdrawn', `${id} was answered under a withdrawn grant`);
      ledger.deliveries.set(id, {
        id,
        isSafe: method === 'GET',
        bodyDigest: createHash('sha256').update(answer.body).digest('hex'),
        bodyLength: answer.body.length,
      });
      grant?.answered.add(id);
      return { outcome: 'delivered', rule };
    }
    rule = typeof answer?.json['rule'] === 'string' ? answer.json['rule'] : 'no-answer';
    const hop = answer?.json['hop'];
    const told = answer === undefined ? rule : `${rule} (${String(hop)})`;
    ledger.refusals.set(told, (ledger.refusals.get(told) ?? 0) + 1);
    if (hop === 'provider-gateway' && (rule === 'outcome-unknown' || rule === 'outcome-recorded')) {
      const settled = rule === 'outcome-recorded' ? 'recorded' : 'unknown';
      ledger.settled.set(id, settled);
      if (settled === 'recorded') grant?.answered.add(id);
      return { outcome: settled, rule };
    }
    if (answer !== undefined && !PASSING.has(rule)) return { outcome: 'refused', rule };
    if (!isPatient || performance.now() > end) return { outcome: 'no-outcome', rule };
    await pause(AGAIN_MS);
  }
}

/** Refusals that a call of this load may end with. */
const FAIR = new Set(['grant-withdrawn', 'grant-used-up']);

export function startExchanges(means: LoadMeans, workers: number): Load {
  const { ledger, prng } = means;
  let isStopped = false;

  const pickGrant = (fits: (grant: GrantRecord) => boolean): GrantRecord | undefined => {
    const fitting = [...ledger.grants.values()].slice(-40).filter(fits);
    return fitting.length === 0 ? undefined : prng.pick(fitting);
  };

  const work = async (): Promise<void> => {
    while (!isStopped) {
      const draw = prng.below(100);
      const method = draw < 45 ? 'POST' : 'GET';
      const grant =
        draw >= 70 && draw < 82
          ? pickGrant(({ uses }) => uses === undefined)
          : draw >= 82 && draw < 90
            ? pickGrant(({ uses }) => uses !== undefined)
            : draw >= 90
              ? pickGrant(({ isEffective }) => isEffective)
              : undefined;
      const isLasting = method === 'POST' || grant?.uses !== undefined;
      const { outcome, rule } = await exchangeUntilOutcome(means, method, grant, isLasting);
      if (outcome === 'refused' && !FAIR.has(rule))
        ledger.violations.add('unexpected', `a ${method} was refused: ${rule}`);
      if (outcome === 'no-outcome' && isLasting) ledger.violations.add('stuck', `a ${method} had no outcome: ${rule}`);
      await pause(prng.between(10, 90));
    }
  };

  const all = Promise.all(Array.from({ length: workers }, work));
  return {
    async stop() {
      isStopped = true;
      await all;
    },
  };
}
