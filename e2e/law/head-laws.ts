/** One log, one history (PROTOCOL 13, 17): forks, older forks, split views, restored backups. */
import { cpSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { serveTiles } from '@minben/evidence';
import { until } from '../support/cluster.ts';
import type { HostilePeer } from '../support/hostile-peer.ts';
import type { GatewayName } from '../support/plan.ts';
import { demand, demandDelivered, demandRefused, type Law, type Stage } from './model.ts';

const conflictsOf = async (
  stage: Stage,
  name: GatewayName,
): Promise<{ origin: string; first: string; second: string }[]> =>
  JSON.parse((await stage.cluster.gateway(name).get('public', '/conflicts')).text) as {
    origin: string;
    first: string;
    second: string;
  }[];

/** Both heads stand on the gateway's public port, each signed by the peer, and no tree holds both. */
async function demandPublished(stage: Stage, name: GatewayName, peer: HostilePeer): Promise<void> {
  const conflict = (await conflictsOf(stage, name)).find(({ origin }) => origin === peer.hand.plan.origin);
  demand(conflict !== undefined, 'the conflict is published');
  demand(conflict.first !== conflict.second, 'two heads', conflict);
  for (const head of [conflict.first, conflict.second])
    demand(head.startsWith(`${peer.hand.plan.origin}\n`), 'of this log', head);
}

const unpublished = () => Promise.resolve({ status: 503, headers: [], body: new Uint8Array() });
const isFrozenAt = async (stage: Stage, name: GatewayName, peer: HostilePeer): Promise<boolean> =>
  (await conflictsOf(stage, name)).some(({ origin }) => origin === peer.hand.plan.origin);

export const headLaws: readonly Law[] = [
  {
    id: 'fork-of-equal-size',
    rules: [13],
    name: 'freezes a peer that shows two trees of one size, at once and for good, and publishes both heads',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.fresh();
      const made = await peer.make();
      demandDelivered(await peer.send(binding, made));
      const fork = await peer.fork('fork', made.wire.size - 1);
      const second = await peer.make({ log: fork });
      demand(second.wire.size === made.wire.size, 'of one size');
      demandRefused(await peer.send(binding, second), 'peer-frozen');
      await demandPublished(stage, 'b1', peer);
      demandRefused(await peer.ask(binding), 'peer-frozen');
      demand(stage.cluster.agency.under(second.id).length === 0, 'nothing reached the agency');
      const b1 = stage.cluster.gateway('b1');
      demand((await b1.reasons()).includes('peer-frozen'), 'readiness says so');
      await until('the conflict is durable', () => b1.child.lines.some(({ event }) => event === 'peer-frozen'));
    },
  },
  {
    id: 'frozen-after-restart',
    rules: [13],
    name: 'keeps a peer frozen across a restart',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.fresh();
      const made = await peer.make();
      demandDelivered(await peer.send(binding, made));
      const fork = await peer.fork('fork', made.wire.size - 1);
      demandRefused(await peer.send(binding, await peer.make({ log: fork })), 'peer-frozen');
      const b1 = stage.cluster.gateway('b1');
      await b1.child.stop();
      await b1.restart();
      await b1.ready();
      demandRefused(await peer.ask(binding), 'peer-frozen');
      await demandPublished(stage, 'b1', peer);
    },
  },
  {
    id: 'older-fork',
    rules: [13],
    name: 'freezes a peer that shows an older head of another tree',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.fresh();
      const { pad } = await import('../support/hostile-log.ts');
      await pad(peer.log, 5);
      demandDelivered(await peer.ask(binding));
      await peer.log.publish();
      // A size that the gateway has never seen of this log, smaller than the newest.
      const fork = await peer.fork('fork', 1);
      await peer.send(binding, await peer.make({ log: fork }));
      await until('the older head is refuted', () => isFrozenAt(stage, 'b1', peer));
      await demandPublished(stage, 'b1', peer);
      demandRefused(await peer.ask(binding), 'peer-frozen');
    },
  },
  {
    id: 'newer-fork',
    rules: [13],
    name: 'freezes a peer whose newer head does not extend the older one',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.fresh();
      demandDelivered(await peer.ask(binding));
      const fork = await peer.fork('fork', peer.log.head.size + 6);
      await fork.publish();
      peer.showPublicly(serveTiles(fork, () => undefined, '/tlog'));
      await peer.send(binding, await peer.make({ log: fork }));
      await until('the newer head is refuted', () => isFrozenAt(stage, 'b1', peer));
      await demandPublished(stage, 'b1', peer);
    },
  },
  {
    id: 'head-before-release',
    rules: [13],
    name: 'asks the agency nothing, where the dataset wants it so, before the peer’s head is proven',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.fresh();
      demandDelivered(await peer.ask(binding, { service: 'prompt' }));
      const fork = await peer.fork('fork', peer.log.head.size + 6);
      await fork.publish();
      peer.showPublicly(serveTiles(fork, () => undefined, '/tlog'));
      const made = await peer.make({ log: fork, service: 'prompt' });
      demandRefused(await peer.send(binding, made), 'head-not-consistent');
      demand(stage.cluster.agency.under(made.id).length === 0, 'nothing reached the agency');
    },
  },
  {
    id: 'head-unproven',
    rules: [13],
    name: 'refuses a peer once a head of its log stood without proof for ten seconds',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.fresh();
      peer.showPublicly(unpublished);
      const bare = (wire: Parameters<Parameters<HostilePeer['send']>[2] & object>[0]) => ({
        ...wire,
        carried: { from: 0, path: [] },
      });
      demandDelivered(await peer.ask(binding, {}, bare));
      demandDelivered(await peer.ask(binding, {}, bare));
      await stage.cluster.gateway('b1').passTime(11_000);
      demandRefused(await peer.ask(binding, {}, bare), 'head-unproven');
      peer.showPublicly(undefined);
      await until('the heads are proven', async () => (await peer.ask(binding)).kind === 'response');
      await stage.settle();
    },
  },
  {
    id: 'carried-path-false',
    rules: [13],
    name: 'believes no consistency path that does not lead from the head it holds',
    bindings: ['t-road/1'],
    needs: ['b1'],
    async run(stage) {
      const peer = await stage.fresh();
      peer.showPublicly(unpublished);
      const made = await peer.make();
      demandDelivered(await peer.send('t-road/1', made));
      const spoilt = await peer.make();
      const carried = { from: made.wire.size, path: [Buffer.alloc(32, 1)] };
      await peer.send('t-road/1', spoilt, (wire) => ({ ...wire, carried }));
      await stage.cluster.gateway('b1').passTime(11_000);
      demandRefused(await peer.ask('t-road/1'), 'head-unproven');
      await stage.settle();
    },
  },
  {
    id: 'split-view',
    rules: [13],
    name: 'finds out, at both peers, a log that shows each of them another tree',
    bindings: [],
    needs: ['b1', 'b2'],
    async run(stage) {
      const peer = await stage.fresh();
      const first = await peer.make();
      demandDelivered(await peer.send('t-road/1', first));
      const fork = await peer.fork('fork', first.wire.size - 1);
      const other = await peer.make({ log: fork, to: 'b2', service: 'second' });
      demandDelivered(await peer.send('t-road/1', other, undefined, 'b2'));
      await peer.log.publish();
      // The public sees the first tree. Nobody asks this peer again.
      for (const name of ['b1', 'b2'] as const)
        await until(`${name} finds the split view`, () => isFrozenAt(stage, name, peer), 40_000);
      await demandPublished(stage, 'b1', peer);
      await demandPublished(stage, 'b2', peer);
    },
  },
  {
    id: 'restored-backup',
    rules: [17],
    name: 'appends nothing after its log was set back to a backup, and says why',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const b1 = stage.cluster.gateway('b1');
      const data = join(stage.cluster.prepared.gateways.b1.folder, 'data');
      demandDelivered(await peer.ask(binding));
      await b1.child.stop();
      cpSync(data, `${data}.backup`, { recursive: true });
      await b1.restart();
      await b1.ready();
      demandDelivered(await peer.ask(binding));
      await until('a witness holds the newer head', async () => !(await b1.reasons()).includes('witnesses-missing'));
      await b1.child.heard(({ event }) => event === 'gateway-started');
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      await b1.kill();
      renameSync(data, `${data}.newer`);
      renameSync(`${data}.backup`, data);
      await b1.restart();
      try {
        await until('the log refuses', async () => (await b1.reasons()).includes('log-refusing'));
        demandRefused(await peer.ask(binding), 'evidence-unavailable');
      } finally {
        await b1.kill();
        rmSync(data, { recursive: true });
        renameSync(`${data}.newer`, data);
        await b1.restart();
        await b1.ready();
      }
      demandDelivered(await peer.ask(binding));
    },
  },
];
