/** What the city's gateways refuse of a provider's answer: they verify it as strictly as the provider verified the question (PROTOCOL 5, 12). */
import { randomBytes } from 'node:crypto';
import type { ResponseDetails } from '@minben/exchange';
import { until } from '../support/cluster.ts';
import { consumerOf } from '../support/hostile-peer.ts';
import type { AnswerPlan } from '../support/hostile-provider.ts';
import { CITY, GATEWAYS } from '../support/plan.ts';
import type { Binding } from '../support/wire.ts';
import { demand, demandExplained, demandRuled, type Law, type Stage } from './model.ts';

interface RefusedAnswer {
  readonly id: string;
  readonly rules?: readonly number[];
  readonly name: string;
  readonly answer: AnswerPlan;
  readonly rule: string;
  readonly about?: string;
  readonly bindings?: readonly Binding[];
}

/** A law that an answer with one thing wrong is not delivered, by its rule, and that the application learns why. */
function refusesAnswer({ id, rules = [5, 12], name, answer, rule, about, bindings }: RefusedAnswer): Law {
  return {
    id,
    rules,
    name,
    ...(bindings === undefined ? {} : { bindings }),
    needs: ['a', 'a-http'],
    async run(stage, binding) {
      const { provider, service } = await stage.provider();
      provider.answer(answer);
      // A POST is answered at once; a GET would only hide which of its attempts was refused.
      const got = await stage.call({
        gateway: consumerOf(binding),
        service,
        method: 'POST',
        path: '/people/1',
        body: 'x',
      });
      provider.answer({});
      demandRuled(got, rule, 'consumer-gateway');
      demandExplained(got.json, rule, about);
      demand(!got.text.includes('王小明'), 'nothing of the answer was delivered', got.text);
    },
  };
}

const changed =
  (changes: (details: ResponseDetails) => Partial<ResponseDetails>) =>
  (details: ResponseDetails): ResponseDetails => ({ ...details, ...changes(details) });
const now = (): number => Math.floor(Date.now() / 1000);
const FRAMED: readonly Binding[] = ['t-road/1'];
const flip = (bytes: Uint8Array | undefined): Buffer => {
  const copy = Buffer.from(bytes ?? Buffer.alloc(32));
  copy[7] = (copy[7] ?? 0) ^ 1;
  return copy;
};

/** Time passed for the shared peer's heads as well: they are proven from its tiles within a moment. */
async function demandSettled(stage: Stage, binding: Binding): Promise<void> {
  const { service } = await stage.provider();
  const ask = () => stage.call({ gateway: consumerOf(binding), service, method: 'POST', path: '/people/1' });
  await until('the shared peer’s heads are proven', async () => (await ask()).status === 200);
}

export const answerLaws: readonly Law[] = [
  {
    id: 'answer-delivered',
    rules: [12],
    name: 'delivers an answer that keeps every rule',
    needs: ['a', 'a-http'],
    async run(stage, binding) {
      const { provider, service } = await stage.provider();
      provider.answer({});
      for (const method of ['GET', 'POST']) {
        const got = await stage.call({ gateway: consumerOf(binding), service, method, path: '/people/1' });
        demand(got.status === 200 && got.json['name'] === '王小明', 'delivered', got.text);
      }
    },
  },
  refusesAnswer({
    id: 'answer-headers-too-large',
    rules: [9, 19],
    name: 'refuses an answer’s headers beyond 12 KiB',
    answer: { headers: [['x-long', 'x'.repeat(12_300)]] },
    rule: 'too-large',
    bindings: FRAMED,
  }),
  refusesAnswer({
    id: 'answer-headers-too-many',
    rules: [9, 19],
    name: 'refuses an answer of more than a hundred headers',
    answer: { headers: Array.from({ length: 101 }, (_, at) => [`x-${at}`, '1'] as const) },
    rule: 'too-large',
  }),
  refusesAnswer({
    id: 'answer-headers-form',
    name: 'refuses a line break within an answer’s header',
    answer: { headers: [['x-note', 'a\r\nset-cookie: b']] },
    rule: 'malformed-message',
    about: 'headers',
    bindings: FRAMED,
  }),
  {
    id: 'answer-kind',
    rules: [1],
    name: 'refuses an entry of any other kind in the place of an answer',
    needs: ['a', 'a-http'],
    async run(stage, binding) {
      const { provider, service } = await stage.provider();
      for (const kind of ['request', 'grant', 'bundle', 'constructor']) {
        provider.answer({ kind });
        const got = await stage.call({ gateway: consumerOf(binding), service, method: 'POST', path: '/people/1' });
        demandRuled(got, 'kind-not-accepted', 'consumer-gateway');
      }
      provider.answer({});
    },
  },
  refusesAnswer({
    id: 'answer-not-canonical',
    rules: [3],
    name: 'refuses an answer’s details that are not canonical',
    answer: { text: (text) => text.replace(':', ': ') },
    rule: 'details-not-canonical',
  }),
  refusesAnswer({
    id: 'answer-to-another-request',
    name: 'refuses the answer to another request',
    answer: { details: changed(() => ({ request: randomBytes(32).toString('hex') })) },
    rule: 'response-not-bound',
    about: 'request',
  }),
  refusesAnswer({
    id: 'answer-under-another-id',
    name: 'refuses an answer under another message id',
    answer: { details: changed(({ id }) => ({ id: id.replace(/.$/, (end) => (end === '0' ? '1' : '0')) })) },
    rule: 'response-not-bound',
    about: 'id',
  }),
  refusesAnswer({
    id: 'answer-for-another',
    name: 'refuses an answer for another gateway',
    answer: { details: changed(({ to }) => ({ to: { ...to, gateway: GATEWAYS.b1.id } })) },
    rule: 'not-for-me',
  }),
  refusesAnswer({
    id: 'answer-for-another-member',
    name: 'refuses an answer for another member',
    answer: { details: changed(({ to }) => ({ to: { ...to, member: 'TW/COM/P11' } })) },
    rule: 'not-for-me',
  }),
  refusesAnswer({
    id: 'answer-origin',
    name: 'refuses an answer that names another log',
    answer: { details: changed(() => ({ origin: GATEWAYS.b1.origin })) },
    rule: 'wrong-log-origin',
  }),
  refusesAnswer({
    id: 'answer-sender',
    name: 'refuses an answer of another gateway',
    answer: { details: changed(({ from }) => ({ from: { ...from, gateway: GATEWAYS.b1.id } })) },
    rule: 'details-mismatch',
    about: 'from.gateway',
  }),
  refusesAnswer({
    id: 'answer-sender-member',
    name: 'refuses an answer of another member',
    answer: { details: changed(({ from }) => ({ from: { ...from, member: CITY } })) },
    rule: 'details-mismatch',
    about: 'from.member',
  }),
  refusesAnswer({
    id: 'answer-outcome',
    rules: [1, 5],
    name: 'refuses an outcome that its kind does not have',
    answer: { kind: 'refusal' },
    rule: 'details-mismatch',
    about: 'outcome',
  }),
  refusesAnswer({
    id: 'answer-headers-digest',
    rules: [5, 6],
    name: 'refuses an answer with another header than its details',
    answer: { alter: (wire) => ({ ...wire, headers: [...wire.headers, ['x-more', '1']] }) },
    rule: 'details-mismatch',
    about: 'headers',
  }),
  refusesAnswer({
    id: 'answer-body-length',
    name: 'refuses an answer’s body of another length',
    answer: { alter: (wire) => ({ ...wire, body: Buffer.from('{}') }) },
    rule: 'details-mismatch',
    about: 'body.length',
  }),
  refusesAnswer({
    id: 'answer-body-digest',
    name: 'refuses an answer’s body of another content',
    answer: {
      alter: (wire) => ({ ...wire, body: Buffer.from(Buffer.from(wire.body).toString().replace('小', '大')) }),
    },
    rule: 'details-mismatch',
    about: 'body.sha256',
  }),
  refusesAnswer({
    id: 'answer-not-included',
    rules: [11, 12],
    name: 'refuses an answer whose entry is not in the log',
    answer: { alter: (wire) => ({ ...wire, path: [flip(wire.path[0]), ...wire.path.slice(1)] }) },
    rule: 'entry-not-included',
  }),
  refusesAnswer({
    id: 'answer-salt',
    rules: [1, 2, 12],
    name: 'refuses an answer with another salt',
    answer: { alter: (wire) => ({ ...wire, salt: randomBytes(32) }) },
    rule: 'entry-not-included',
  }),
  refusesAnswer({
    id: 'answer-checkpoint-signature',
    rules: [7, 12],
    name: 'refuses an answer under a checkpoint whose signature does not verify',
    answer: {
      alter: (wire) => ({
        ...wire,
        checkpoint: wire.checkpoint.replace(/.{4}(={0,2}\n)$/, (end) =>
          end.startsWith('AAAA') ? `BBBB${end.slice(4)}` : `AAAA${end.slice(4)}`,
        ),
      }),
    },
    rule: 'checkpoint-signature',
  }),
  {
    id: 'answer-head-unproven',
    rules: [13],
    name: 'refuses a peer’s answers once a head of its log stood without proof for ten seconds',
    needs: ['a', 'a-http'],
    async run(stage, binding) {
      const { peer, provider, service } = await stage.freshProvider();
      const gateway = consumerOf(binding);
      const ask = () => stage.call({ gateway, service, method: 'POST', path: '/people/1' });
      // No tiles to prove from, and no path carried.
      peer.showPublicly(() => Promise.resolve({ status: 503, headers: [], body: new Uint8Array() }));
      provider.answer({ alter: (wire) => ({ ...wire, carried: { from: 0, path: [] } }) });
      for (let round = 0; round < 2; round += 1)
        demand((await ask()).status === 200, 'a head may stand unproven for a while');
      await stage.cluster.gateway(gateway).passTime(11_000);
      demandRuled(await ask(), 'head-unproven', 'consumer-gateway');
      await demandSettled(stage, binding);
    },
  },
  {
    id: 'answer-on-a-fork',
    rules: [13],
    name: 'refuses an answer on a second tree of the provider’s log, and freezes the provider',
    needs: ['a', 'a-http'],
    async run(stage, binding) {
      const { peer, provider, service } = await stage.freshProvider();
      const gateway = consumerOf(binding);
      const ask = () => stage.call({ gateway, service, method: 'POST', path: '/people/1' });
      demand((await ask()).status === 200, 'delivered before');
      const fork = await peer.fork('fork', peer.log.head.size - 1);
      provider.answer({ log: fork });
      demandRuled(await ask(), 'peer-frozen', 'consumer-gateway');
      provider.answer({});
      demandRuled(await ask(), 'no-gateway-reachable', 'consumer-gateway');
      const { text } = await stage.cluster.gateway(gateway).get('public', '/conflicts');
      demand(text.includes(peer.hand.plan.origin), 'both heads are published', text);
    },
  },
  refusesAnswer({
    id: 'answer-stale',
    rules: [11, 12],
    name: 'refuses an answer from another time',
    answer: { details: changed(() => ({ iat: now() - 40 })) },
    rule: 'not-fresh',
  }),
  refusesAnswer({
    id: 'answer-fields',
    rules: [5, 15],
    name: 'refuses an answer that says it released a field outside the agreement',
    answer: { details: changed(() => ({ fields: ['name', 'secret'] })) },
    rule: 'details-mismatch',
    about: 'fields',
  }),
  refusesAnswer({
    id: 'answer-whole-document',
    rules: [5, 19],
    name: 'refuses a whole document where fields were agreed',
    answer: { details: changed(() => ({ fields: 'whole-document' as const })) },
    rule: 'details-mismatch',
    about: 'fields',
  }),
  {
    id: 'answer-from-another-certificate',
    rules: [11],
    name: 'sends nothing to a server that shows another certificate than the bundle names',
    needs: ['a', 'a-http'],
    async run(stage, binding) {
      const { cluster } = stage;
      const { peer, provider, service } = await stage.freshProvider();
      const { openPeerDoors } = await import('../support/peer-doors.ts');
      const impostor = await openPeerDoors(cluster.network, cluster.prepared.stranger);
      const { plan, entry, doors } = peer.hand;
      // It would answer as the peer does: only its certificate tells that it is another.
      impostor.onStream = (stream) => doors.onStream(stream);
      impostor.onHttp = (request) => doors.onHttp(request);
      try {
        await cluster.publish({
          [`gateways/${plan.name}.json`]: { ...entry, address: impostor.address, publicUrl: impostor.publicUrl },
        });
        const got = await stage.call({ gateway: consumerOf(binding), service, method: 'POST', path: '/people/1' });
        demandRuled(got, 'no-gateway-reachable', 'consumer-gateway');
        demand(provider.requests.length === 0, 'nothing was sent');
      } finally {
        await impostor.close();
      }
    },
  },
];
