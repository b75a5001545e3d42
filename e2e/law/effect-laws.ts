/** One request, one use, one effect (PROTOCOL 10, 12), and no answer before its entry is durable (8, 17). */
import { randomBytes } from 'node:crypto';
import { makeUuid } from '@minben/kernel';
import { type GatewayHandle, until } from '../support/cluster.ts';
import { forgeGrant, issueGrant } from '../support/grants.ts';
import { consumerOf } from '../support/hostile-peer.ts';
import { REGISTER } from '../support/plan.ts';
import { demand, demandDelivered, demandRefused, demandRuled, type Law } from './model.ts';

const freshId = (at = Date.now()): string => makeUuid(at, randomBytes(10));

export const effectLaws: readonly Law[] = [
  {
    id: 'replay-safe',
    rules: [10, 12],
    name: 'refuses the same entry of a safe call a second time',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const made = await peer.make();
      demandDelivered(await peer.send(binding, made));
      demandRefused(await peer.send(binding, made), 'replayed');
      demand(stage.cluster.agency.under(made.id).length === 1, 'the agency was asked once');
    },
  },
  {
    id: 'replay-unsafe',
    rules: [10, 12],
    name: 'refuses the same entry of an unsafe call a second time',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const made = await peer.make({ method: 'POST' });
      demandDelivered(await peer.send(binding, made));
      demandRefused(await peer.send(binding, made), 'replayed');
      demand(stage.cluster.agency.under(made.id).length === 1, 'one effect');
    },
  },
  {
    id: 'retry-safe',
    rules: [10],
    name: 'forwards the retry of a safe call again',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const id = freshId();
      demandDelivered(await peer.ask(binding, { id }));
      demandDelivered(await peer.ask(binding, { id }));
      demand(stage.cluster.agency.under(id).length === 2, 'asked again');
    },
  },
  {
    id: 'retry-unsafe',
    rules: [10],
    name: 'answers the retry of an unsafe call from the record, and carries it out once',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const id = freshId();
      const { agency } = stage.cluster;
      let calls = 0;
      agency.answerOnce(id, () => {
        calls += 1;
        return { body: JSON.stringify({ name: `call ${calls}` }) };
      });
      const first = await peer.ask(binding, { id, method: 'POST', body: Buffer.from('x') });
      const second = await peer.ask(binding, { id, method: 'POST', body: Buffer.from('x') });
      demandDelivered(first);
      demandDelivered(second);
      demand(agency.under(id).length === 1, 'one effect', agency.under(id).length);
      demand(second.body.equals(first.body), 'the recorded answer', second.body.toString());
    },
  },
  {
    id: 'retry-together',
    rules: [10],
    name: 'carries out once an unsafe call that arrives twice at the same time',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const id = freshId();
      stage.cluster.agency.answerOnce(id, async () => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        return {};
      });
      const replies = await Promise.all([1, 2, 3].map(() => peer.ask(binding, { id, method: 'POST' })));
      for (const reply of replies) demandDelivered(reply);
      demand(stage.cluster.agency.under(id).length === 1, 'one effect');
    },
  },
  {
    id: 'retry-changed',
    rules: [10],
    name: 'refuses a retry whose content is not that of the first',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      for (const method of ['GET', 'POST']) {
        const id = freshId();
        demandDelivered(await peer.ask(binding, { id, method }));
        demandRefused(await peer.ask(binding, { id, method, path: '/people/2' }), 'retry-changed');
        demandRefused(await peer.ask(binding, { id, method, body: Buffer.from('other') }), 'retry-changed');
        demand(stage.cluster.agency.under(id).length === 1, 'only the first was forwarded');
      }
    },
  },
  {
    id: 'message-too-old',
    rules: [10],
    name: 'refuses an unsafe call under an id from before its memory',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const id = freshId(Date.now() - 2 * 86_400_000);
      demandRefused(await peer.ask(binding, { id, method: 'POST' }), 'message-too-old');
    },
  },
  {
    id: 'message-id-form',
    rules: [4, 10],
    name: 'refuses a message id that is no UUID of version 7',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      for (const id of ['1', '7d444840-9dc0-41d1-b245-5ffdce74fad2'])
        demandRefused(await peer.ask(binding, { id }), 'malformed-message');
    },
  },
  {
    id: 'uses-counted',
    rules: [10, 12, 15],
    name: 'honours a counted grant as often as it says, once for each message id, and remembers it across kill -9',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const grant = await issueGrant(stage.cluster, `${peer.hand.plan.name}-residents-consent`, { uses: 2 });
      const ask = (id: string) => peer.ask(binding, { service: 'residents', grant: grant.token, id });
      const first = freshId();
      demandDelivered(await ask(first));
      demandDelivered(await ask(first));
      demandDelivered(await ask(freshId()));
      demandRefused(await ask(freshId()), 'grant-used-up');
      const b1 = stage.cluster.gateway('b1');
      await b1.kill();
      await b1.restart();
      await b1.ready();
      demandRefused(await ask(freshId()), 'grant-used-up');
    },
  },
  {
    id: 'quota-counted',
    rules: [12],
    name: 'refuses what goes beyond the agreement’s quota of the day, and counts no retry',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.fresh();
      const ask = (id: string, method = 'GET') => peer.ask(binding, { service: 'counted', id, method });
      const first = freshId();
      demandDelivered(await ask(first));
      demandDelivered(await ask(first));
      demandDelivered(await ask(freshId(), 'POST'));
      demandRefused(await ask(freshId()), 'quota-exceeded');
      demandRefused(await ask(freshId(), 'POST'), 'quota-exceeded');
    },
  },
  {
    id: 'outcome-told',
    rules: [10],
    name: 'tells the gateway that asked, and no other, what became of a request',
    needs: ['b1'],
    async run(stage) {
      const peer = await stage.peer();
      const other = await stage.named('P40');
      const made = await peer.make({ method: 'POST' });
      demandDelivered(await peer.send('t-road/1', made));
      const tell = async (who: typeof peer): Promise<string> => {
        const client = await who.connect('b1');
        client.write({ type: 'ask', exchange: 9, entry: made.entry });
        const frame = await client.answered(9);
        client.end();
        return frame?.type === 'told'
          ? `${frame.state}${frame.evidence === undefined ? '' : ' with evidence'}`
          : 'nothing';
      };
      demand((await tell(peer)) === 'answered with evidence', 'told to the one that asked', await tell(peer));
      demand((await tell(other)) === 'not-received', 'to any other as if it had never been', await tell(other));
    },
  },
  {
    id: 'fails-over-safe',
    rules: [10],
    name: 'asks another gateway of the provider when the first cannot be reached and the call is safe',
    needs: ['a', 'a-http', 'b1', 'b2'],
    async run(stage, binding) {
      const b1 = stage.cluster.gateway('b1');
      await b1.kill();
      try {
        const got = await stage.call({ gateway: consumerOf(binding), service: `${REGISTER}/pair` });
        demand(got.status === 200, 'answered by the second gateway', got.text);
      } finally {
        await b1.restart();
        await b1.ready();
      }
    },
  },
  {
    id: 'fails-over-mid-way',
    rules: [10],
    name: 'asks another gateway when the first dies while it works on a safe call',
    needs: ['a', 'a-http', 'b1', 'b2'],
    async run(stage, binding) {
      const { cluster } = stage;
      const b1 = cluster.gateway('b1');
      const id = freshId();
      let deaths = 0;
      cluster.agency.answerOnce(id, async () => {
        if (deaths > 0) return {};
        deaths += 1;
        await b1.kill();
        return {};
      });
      await settlePeers(stage, binding);
      const got = await stage.call({
        gateway: consumerOf(binding),
        service: `${REGISTER}/pair`,
        headers: [['x-road-id', id]],
      });
      await b1.restart();
      await b1.ready();
      demand(got.status === 200 && deaths === 1, 'answered by the second gateway', got.text);
    },
  },
  {
    id: 'no-fail-over-unsafe',
    rules: [10],
    name: 'carries out at most once a POST whose gateway dies after the first byte: no other gateway gets it',
    needs: ['a', 'a-http', 'b1', 'b2'],
    async run(stage, binding) {
      const { cluster } = stage;
      const b1 = cluster.gateway('b1');
      const id = freshId();
      cluster.agency.answerOnce(id, async () => {
        if (b1.child.isRunning()) await b1.kill();
        return {};
      });
      await settlePeers(stage, binding);
      const got = await stage.call({
        gateway: consumerOf(binding),
        service: `${REGISTER}/pair`,
        method: 'POST',
        headers: [['x-road-id', id]],
      });
      await b1.restart();
      await b1.ready();
      demand(cluster.agency.under(id).length === 1, 'exactly one effect', cluster.agency.under(id).length);
      demandRuled(got, 'outcome-unknown', 'consumer-gateway');
    },
  },
  {
    id: 'not-before-durable',
    rules: [8, 12, 17],
    name: 'lets no answer leave whose entry could not be synced, refuses from then on, and says so',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const b1 = stage.cluster.gateway('b1');
      const { agency } = stage.cluster;
      await withBrokenDisk(b1, 'EIO', async () => {
        const made = await peer.make();
        const reply = await peer.send(binding, made);
        demand(reply.kind === 'bare', 'no answer with data', reply.body.toString());
        demandRefused(reply, 'outcome-unknown');
        const later = await peer.make({ method: 'POST' });
        demandRefused(await peer.send(binding, later), 'evidence-unavailable');
        demand(agency.under(later.id).length === 0, 'the agency is not even asked');
        demand((await b1.reasons()).includes('log-refusing'), 'readiness says why', await b1.reasons());
      });
      demandDelivered(await peer.ask(binding));
    },
  },
  {
    id: 'not-forwarded-before-durable',
    rules: [12],
    name: 'forwards no unsafe call whose request could not be made durable',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const b1 = stage.cluster.gateway('b1');
      await withBrokenDisk(b1, 'ENOSPC', async () => {
        const made = await peer.make({ method: 'POST' });
        demandRefused(await peer.send(binding, made), 'outcome-unknown');
        demand(stage.cluster.agency.under(made.id).length === 0, 'no effect without a record');
      });
    },
  },
  {
    id: 'not-sent-before-durable',
    rules: [8],
    name: 'sends no request whose entry could not be synced',
    needs: ['a', 'a-http'],
    async run(stage, binding) {
      const gateway = stage.cluster.gateway(consumerOf(binding));
      const { provider, service } = await stage.provider();
      const before = provider.requests.length;
      await withBrokenDisk(gateway, 'EIO', async () => {
        for (const method of ['GET', 'POST']) {
          const got = await stage.call({ gateway: gateway.name, service, method, path: '/people/1' });
          demandRuled(got, 'evidence-unavailable', 'consumer-gateway');
        }
        demand(provider.requests.length === before, 'nothing was sent');
      });
    },
  },
  {
    id: 'not-delivered-before-stored',
    rules: [12],
    name: 'delivers no answer to an unsafe call before the provider’s proof is durable here',
    needs: ['a', 'a-http'],
    async run(stage, binding) {
      const gateway = stage.cluster.gateway(consumerOf(binding));
      const { provider, service } = await stage.provider();
      provider.answer(async () => {
        await gateway.failDisk({ operation: 'sync', code: 'EIO' });
        return {};
      });
      const got = await stage.call({ gateway: gateway.name, service, method: 'POST', path: '/people/1' });
      provider.answer({});
      await revive(gateway);
      demandRuled(got, 'evidence-unavailable', 'consumer-gateway');
    },
  },
  {
    id: 'bound-after-counting',
    rules: [4, 15],
    name: 'counts a use only for a call that is in order otherwise',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const grant = await forgeGrant(stage.cluster, peer.hand, { claims: (claims) => ({ ...claims, uses: 1 }) });
      const plan = { service: 'residents', grant };
      demandRefused(await peer.ask(binding, { ...plan, path: '/secrets/1' }), 'endpoint-not-allowed');
      demandDelivered(await peer.ask(binding, plan));
    },
  },
];

/** The gateway's next sync fails; afterwards it gets a new process over its files. */
async function withBrokenDisk(
  gateway: GatewayHandle,
  code: 'EIO' | 'ENOSPC',
  work: () => Promise<void>,
): Promise<void> {
  await gateway.failDisk({ operation: 'sync', code });
  try {
    await work();
  } finally {
    await revive(gateway);
  }
}

async function revive(gateway: GatewayHandle): Promise<void> {
  await gateway.kill();
  await gateway.restart();
  await gateway.ready();
}

/** The first gateway of the pair is asked first again once it answers; earlier failures cool down. */
async function settlePeers(stage: Parameters<Law['run']>[0], binding: Parameters<Law['run']>[1]): Promise<void> {
  const gateway = consumerOf(binding);
  await stage.cluster.gateway(gateway).passTime(6_000);
  await until(
    `${gateway} reaches the pair`,
    async () => (await stage.call({ gateway, service: `${REGISTER}/pair` })).status === 200,
  );
  await stage.cluster.gateway(gateway).ready();
}
