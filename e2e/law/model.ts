/** A law: one promise of the protocol, tried on a running exchange. */

import { type ApplicationAnswer, type ApplicationPlan, callThrough } from '../support/application.ts';
import { type Cluster, type GatewayName, until } from '../support/cluster.ts';
import { type HostilePeer, playPeer } from '../support/hostile-peer.ts';
import { type HostileProvider, playProvider } from '../support/hostile-provider.ts';
import type { Binding, Reply } from '../support/wire.ts';

export interface Law {
  /** Kebab-case, unique. */
  readonly id: string;
  /** Rules of PROTOCOL that it keeps. */
  readonly rules: readonly number[];
  /** `refuses …`, `delivers …`: reads as a sentence after its subject. */
  readonly name: string;
  /** Both where it is silent. Where the binding plays no part: none, and it runs once. */
  readonly bindings?: readonly Binding[];
  /** Gateways it needs. */
  readonly needs: readonly GatewayName[];
  /** Leaves the exchange unfit for other laws: it gets one of its own. */
  readonly ruins?: boolean;
  /** Judges functions in this process; needs no exchange. */
  readonly inProcess?: boolean;
  run(stage: Stage, binding: Binding): Promise<void>;
}

/** An exchange with the peers that laws share. */
export interface Stage {
  readonly cluster: Cluster;
  /** The peer that laws share, the same until `turn`: well behaved in between. */
  peer(): Promise<HostilePeer>;
  /** Another shared peer takes its turn: a peer's refusals are entries only up to a rate. */
  turn(): void;
  /** A peer for one law alone: it may be frozen afterwards. */
  fresh(): Promise<HostilePeer>;
  /** A peer of this state, from the bundle. */
  named(name: string): Promise<HostilePeer>;
  /** The shared peer's other side, as a provider, and its service. */
  provider(): Promise<{ peer: HostilePeer; provider: HostileProvider; service: string }>;
  freshProvider(): Promise<{ peer: HostilePeer; provider: HostileProvider; service: string }>;
  call(plan?: ApplicationPlan): Promise<ApplicationAnswer>;
  /** After time has passed at the household's first gateway: waits until the shared peers' heads are proven anew. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

const SHARED = 4;

export function setStage(cluster: Cluster): Stage {
  const opened: HostilePeer[] = [];
  const named = new Map<string, Promise<HostilePeer>>();
  const keep = async (playing: Promise<HostilePeer>): Promise<HostilePeer> => {
    const peer = await playing;
    opened.push(peer);
    return peer;
  };
  const shared = new Map<number, Promise<HostilePeer>>();
  let turn = 0;
  let providing: Promise<{ peer: HostilePeer; provider: HostileProvider; service: string }> | undefined;
  const provide = async (playing: Promise<HostilePeer>) => {
    const peer = await playing;
    return { peer, provider: playProvider(peer), service: peer.hand.plan.service };
  };
  const fresh = (): Promise<HostilePeer> => keep(playPeer(cluster, cluster.takePeer()));
  return {
    cluster,
    peer() {
      const known = shared.get(turn % SHARED) ?? fresh();
      shared.set(turn % SHARED, known);
      return known;
    },
    turn() {
      turn += 1;
    },
    fresh,
    named(name) {
      const known = named.get(name) ?? keep(playPeer(cluster, cluster.peer(name)));
      named.set(name, known);
      return known;
    },
    provider() {
      providing ??= provide(fresh());
      return providing;
    },
    freshProvider: () => provide(fresh()),
    call: (plan) => callThrough(cluster, plan),
    async settle() {
      for (const playing of shared.values()) {
        const peer = await playing;
        await until('a shared peer is heard again', async () => (await peer.ask('t-road/1')).kind === 'response');
      }
    },
    async close() {
      for (const peer of opened) await peer.close();
    },
  };
}

/** Fails a law with what was seen instead. */
export function demand(isSo: boolean, what: string, seen?: unknown): asserts isSo {
  if (!isSo) throw new Error(`${what}${seen === undefined ? '' : `; seen: ${show(seen)}`}`);
}

function show(seen: unknown): string {
  const text = typeof seen === 'string' ? seen : (JSON.stringify(seen, brief) ?? String(seen));
  return text.slice(0, 600);
}

function brief(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return typeof value === 'string' && value.length > 200 ? `${value.slice(0, 200)}…` : value;
}

/** The reply refuses by this rule, says who refuses and what to do, in both languages, and releases nothing. */
export function demandRefused(reply: Reply, rule: string, about?: string): void {
  demand(reply.rule === rule, `refused by ${rule}`, {
    kind: reply.kind,
    rule: reply.rule,
    body: reply.body.toString(),
  });
  if (reply.problem !== undefined) demandExplained(reply.problem, rule, about);
}

/** PROTOCOL 18: hop, rule, remedy, both languages, and a log id. */
export function demandExplained(problem: Readonly<Record<string, unknown>>, rule: string, about?: string): void {
  const remedy = problem['remedy'] as { 'zh-TW'?: string; en?: string } | undefined;
  demand(problem['rule'] === rule, `the document names ${rule}`, problem);
  demand(problem['hop'] === 'provider-gateway' || problem['hop'] === 'consumer-gateway', 'it names the hop', problem);
  demand(typeof problem['detail'] === 'string', 'it carries a log id', problem);
  demand((remedy?.en ?? '') !== '' && /\p{Script=Han}/u.test(remedy?.['zh-TW'] ?? ''), 'it says what to do', problem);
  demand(
    /\p{Script=Han}/u.test(String(problem['title'])) && problem['message'] !== '',
    'it says what happened',
    problem,
  );
  if (about === '') demand(problem['about'] === undefined, 'it concerns the whole', problem);
  else if (about !== undefined) demand(problem['about'] === about, `it names ${about}`, problem);
}

/** The reply delivers. */
export function demandDelivered(reply: Reply): void {
  demand(reply.kind === 'response' && reply.status === 200, 'delivered', {
    kind: reply.kind,
    rule: reply.rule,
    problem: reply.problem,
  });
}

/** The application was refused by this rule. */
export function demandRuled(
  answer: ApplicationAnswer,
  rule: string,
  hop?: 'consumer-gateway' | 'provider-gateway',
): void {
  demand(answer.rule === rule, `refused by ${rule}`, { status: answer.status, text: answer.text });
  if (hop !== undefined) demand(answer.hop === hop, `refused by the ${hop}`, answer.json);
}
