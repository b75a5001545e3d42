/** Withdrawal bites: status leases, the gate before the first byte, and what goes on without the hub (PROTOCOL 16). */
import { until } from '../support/cluster.ts';
import { effectOf, issueGrant, withdraw } from '../support/grants.ts';
import { demand, demandDelivered, demandRefused, type Law, type Stage } from './model.ts';

const SLOW_MS = 900;

const issue = async (stage: Stage) => {
  const peer = await stage.peer();
  const grant = await issueGrant(stage.cluster, `${peer.hand.plan.name}-residents-consent`);
  return { peer, grant, plan: { service: 'residents', grant: grant.token } };
};

/** Runs `work` while no lease can be renewed. */
async function withoutHub(stage: Stage, work: () => Promise<void>): Promise<void> {
  const { leases } = stage.cluster;
  leases.setFaults({ cut: { direction: 'up', bytes: 0 } });
  leases.cutAll();
  try {
    await work();
  } finally {
    leases.setFaults({});
    await stage.cluster.gateway('b1').ready();
  }
}

export const statusLaws: readonly Law[] = [
  {
    id: 'withdrawn',
    rules: [16],
    name: 'refuses a withdrawn grant before the agency is asked, and the hub learns that it is effective',
    needs: ['b1'],
    async run(stage, binding) {
      const { peer, grant, plan } = await issue(stage);
      demandDelivered(await peer.ask(binding, plan));
      await withdraw(stage.cluster, grant.jti);
      await until('the withdrawal is effective', async () => (await effectOf(stage.cluster, grant.jti)).effective);
      const effect = await effectOf(stage.cluster, grant.jti);
      demand(effect.gateways[0]?.state === 'acknowledged', 'acknowledged by the gateway that it names', effect);
      const made = await peer.make(plan);
      demandRefused(await peer.send(binding, made), 'grant-withdrawn');
      demand(stage.cluster.agency.under(made.id).length === 0, 'the agency was not asked');
    },
  },
  {
    id: 'withdrawn-while-agency-works',
    rules: [16],
    name: 'releases nothing when the grant is withdrawn while the agency works on its answer',
    needs: ['b1'],
    async run(stage, binding) {
      const { cluster } = stage;
      const { peer, grant, plan } = await issue(stage);
      const made = await peer.make(plan);
      cluster.agency.answerOnce(made.id, async () => {
        await withdraw(cluster, grant.jti);
        await until('the gateway knows', async () => (await effectOf(cluster, grant.jti)).effective);
        return {};
      });
      const reply = await peer.send(binding, made);
      demand(reply.kind === 'refusal', 'refused, not withheld: nothing was in the log yet', reply.kind);
      demandRefused(reply, 'grant-withdrawn');
    },
  },
  {
    id: 'withdrawn-between-check-and-sync',
    rules: [16],
    name: 'withholds an answer whose grant is withdrawn between its check and the sync of its entry, and acknowledges only then',
    needs: ['b1'],
    async run(stage, binding) {
      const { cluster } = stage;
      const b1 = cluster.gateway('b1');
      const { peer, grant, plan } = await issue(stage);
      demandDelivered(await peer.ask(binding, plan));
      const made = await peer.make(plan);
      let effectMeanwhile = 'none';
      let withdrawn: Promise<void> | undefined;
      cluster.agency.answerOnce(made.id, async () => {
        await b1.slowSync(SLOW_MS);
        withdrawn = (async () => {
          await new Promise((resolve) => setTimeout(resolve, 150));
          await withdraw(cluster, grant.jti);
          await new Promise((resolve) => setTimeout(resolve, 350));
          effectMeanwhile = (await effectOf(cluster, grant.jti)).gateways[0]?.state ?? 'none';
        })();
        return {};
      });
      const reply = await peer.send(binding, made);
      await withdrawn;
      await b1.slowSync(0);
      demand(reply.kind === 'withheld', 'withheld', { kind: reply.kind, body: reply.body.toString() });
      demandRefused(reply, 'grant-withdrawn');
      demand(!reply.body.includes('王小明'), 'nothing of the person left');
      demand(effectMeanwhile === 'waiting', 'not acknowledged while the answer might still leave', effectMeanwhile);
      await until('the withdrawal is effective', async () => (await effectOf(cluster, grant.jti)).effective);
    },
  },
  {
    id: 'lease-lapsed',
    rules: [16],
    name: 'refuses consent-based calls once its lease lapsed, goes on with statutory ones, and recovers by itself',
    needs: ['b1'],
    async run(stage, binding) {
      const { peer, plan } = await issue(stage);
      demandDelivered(await peer.ask(binding, plan));
      await withoutHub(stage, async () => {
        await stage.cluster.gateway('b1').passTime(1_100);
        const made = await peer.make(plan);
        demandRefused(await peer.send(binding, made), 'lease-lapsed');
        demand(stage.cluster.agency.under(made.id).length === 0, 'the agency was not asked');
        demandDelivered(await peer.ask(binding));
      });
      demandDelivered(await peer.ask(binding, plan));
    },
  },
  {
    id: 'lease-lapsed-between-check-and-sync',
    rules: [16],
    name: 'withholds an answer when the lease lapses between its check and the sync of its entry',
    needs: ['b1'],
    async run(stage, binding) {
      const { cluster } = stage;
      const b1 = cluster.gateway('b1');
      const { peer, plan } = await issue(stage);
      const made = await peer.make(plan);
      await withoutHub(stage, async () => {
        cluster.agency.answerOnce(made.id, async () => {
          await b1.slowSync(SLOW_MS);
          setTimeout(() => void b1.passTime(1_500), 200);
          return {};
        });
        const reply = await peer.send(binding, made);
        await b1.slowSync(0);
        demand(reply.kind === 'withheld', 'withheld', { kind: reply.kind, rule: reply.rule });
        demandRefused(reply, 'lease-lapsed');
      });
    },
  },
  {
    id: 'statute-near-hub',
    rules: [16],
    name: 'stops a statutory service, too, when the hub is away for longer than its dataset allows',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      demandDelivered(await peer.ask(binding, { service: 'near-hub' }));
      await withoutHub(stage, async () => {
        await stage.cluster.gateway('b1').passTime(4_000);
        demandRefused(await peer.ask(binding, { service: 'near-hub' }), 'lease-lapsed');
      });
    },
  },
  {
    id: 'retry-after-withdrawal',
    rules: [10, 16],
    name: 'gives no recorded answer to a retry once the grant is withdrawn',
    needs: ['b1'],
    async run(stage, binding) {
      const { peer, grant, plan } = await issue(stage);
      const made = await peer.make({ ...plan, method: 'POST' });
      demandDelivered(await peer.send(binding, made));
      await withdraw(stage.cluster, grant.jti);
      await until('effective', async () => (await effectOf(stage.cluster, grant.jti)).effective);
      demandRefused(await peer.ask(binding, { ...plan, method: 'POST', id: made.id }), 'grant-withdrawn');
    },
  },
  {
    id: 'withdrawal-survives-kill',
    rules: [16],
    name: 'still refuses a withdrawn grant after kill -9',
    needs: ['b1'],
    async run(stage, binding) {
      const { peer, grant, plan } = await issue(stage);
      const b1 = stage.cluster.gateway('b1');
      await withdraw(stage.cluster, grant.jti);
      await until('effective', async () => (await effectOf(stage.cluster, grant.jti)).effective);
      // What the gateway knows of the status list rides on a later sync.
      await new Promise((resolve) => setTimeout(resolve, 500));
      await b1.kill();
      await b1.restart();
      await b1.ready();
      demandRefused(await peer.ask(binding, plan), 'grant-withdrawn');
    },
  },
];
