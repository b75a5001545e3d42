/** What the household's gateway refuses of a message and its proof, whoever asks (PROTOCOL 1–6, 11, 13, 19, 23). */
import { randomBytes } from 'node:crypto';
import type { RequestDetails } from '@minben/exchange';
import type { HeaderList } from '@minben/ports';
import type { Alteration, RequestPlan } from '../support/hostile-peer.ts';
import { CITY, CITY_CLIENT, GATEWAYS, REGISTER } from '../support/plan.ts';
import type { Binding } from '../support/wire.ts';
import { demand, demandDelivered, demandRefused, type Law } from './model.ts';

interface RefusedRequest {
  readonly id: string;
  readonly rules: readonly number[];
  readonly name: string;
  readonly plan?: RequestPlan;
  readonly alter?: Alteration;
  readonly rule: string;
  readonly about?: string;
  readonly bindings?: readonly Binding[];
  /** A peer of the bundle by name; default the shared one. */
  readonly as?: string;
}

/** A law that a request, made rightly but for one thing, is refused by its rule and never reaches the agency. */
export function refusesRequest(law: RefusedRequest): Law {
  const { id, rules, name, plan, alter, rule, about, bindings } = law;
  return {
    id,
    rules,
    name,
    ...(bindings === undefined ? {} : { bindings }),
    needs: ['b1'],
    async run(stage, binding) {
      const peer = law.as === undefined ? await stage.peer() : await stage.named(law.as);
      const made = await peer.make(plan);
      const reply = await peer.send(binding, made, alter);
      demandRefused(reply, rule, about);
      demand(stage.cluster.agency.under(made.id).length === 0, 'nothing reached the agency');
    },
  };
}

const changed =
  (changes: (details: RequestDetails) => Partial<RequestDetails>): ((details: RequestDetails) => RequestDetails) =>
  (details) => ({ ...details, ...changes(details) });
const now = (): number => Math.floor(Date.now() / 1000);
const FRAMED: readonly Binding[] = ['t-road/1'];
const HTTP: readonly Binding[] = ['http/1.1'];
const withHeader = (name: string, value: string): HeaderList => [
  ['accept', 'application/json'],
  [name, value],
];
const flip = (bytes: Uint8Array, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};

const KINDS = ['response', 'refusal', 'withheld', 'grant', 'withdrawal', 'bundle', 'enrolment'] as const;
const ABNORMAL = [
  '/secrets/../people/1',
  '/people/../secret',
  '/people/%2e%2e/secret',
  '/people//1',
  '/people/1;v=2',
  '/people/%2F',
  '/people/%41',
  '/people/%252e',
  '/people/.',
  '/people/1#x',
  '/people/%5C',
];
const SPOOFED = [
  't-road-subject',
  't-road-fields',
  't-road-purpose',
  't-road-message-id',
  't-road-gateway-secret',
  't_road_subject',
];

export const requestLaws: readonly Law[] = [
  {
    id: 'delivers',
    rules: [5, 12, 19],
    name: 'delivers the agreed fields of a request that keeps every rule, and nothing else',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      for (const method of ['GET', 'POST']) {
        const reply = await peer.ask(binding, { method });
        demandDelivered(reply);
        demand(
          reply.body.toString() === '{"name":"王小明","address":{"county":"臺北市"}}',
          'only agreed fields',
          reply.body.toString(),
        );
        demand(
          JSON.stringify(reply.details?.fields) === '["address.county","name"]',
          'it says what it released',
          reply.details,
        );
      }
    },
  },
  {
    id: 'stranger-counted',
    rules: [11, 18],
    name: 'refuses a certificate that no bundle names, counts it, and writes no entry for it',
    needs: ['b1'],
    async run(stage, binding) {
      const { cluster } = stage;
      const peer = await stage.peer();
      const b1 = cluster.gateway('b1');
      const count = async (): Promise<number> => {
        const { text } = await b1.get('operations', '/metrics');
        const found = text.split('\n').find((line) => line.includes('peer-certificate-unknown'));
        return Number(found?.split(' ').at(-1) ?? 0);
      };
      const before = await count();
      const made = await peer.make();
      const { address, certificates } = b1.entry;
      const identity = cluster.prepared.stranger;
      const { sendOverHttp } = await import('../support/http-client.ts');
      let reply: Awaited<ReturnType<typeof sendOverHttp>>;
      if (binding === 'http/1.1') {
        reply = await sendOverHttp(cluster.network, { address, identity, fingerprints: certificates }, made.wire);
      } else {
        const client = await peer.connect('b1', identity);
        reply = await client.send(made.wire);
        client.end();
      }
      demand(reply.kind === 'bare', 'refused without an entry', reply.kind);
      demandRefused(reply, 'peer-certificate-unknown');
      demand((await count()) === before + 1, 'counted');
    },
  },
  refusesRequest({
    id: 'peer-not-member',
    rules: [11, 18],
    name: 'refuses a peer whose registration has ended',
    as: 'EXPIRED',
    rule: 'peer-not-member',
  }),
  refusesRequest({
    id: 'peer-revoked',
    rules: [17],
    name: 'refuses a peer whose key is revoked',
    as: 'REVOKED',
    rule: 'peer-revoked',
  }),
  {
    id: 'bundle-too-old',
    rules: [24],
    name: 'refuses every request while its bundle is older than allowed',
    needs: ['b1'],
    async run(stage, binding) {
      const b1 = stage.cluster.gateway('b1');
      const peer = await stage.peer();
      await b1.moveClock(8 * 86_400_000);
      try {
        demandRefused(await peer.ask(binding), 'bundle-too-old');
      } finally {
        await b1.moveClock(-8 * 86_400_000);
      }
      demandDelivered(await peer.ask(binding));
    },
  },
  refusesRequest({
    id: 'headers-too-large',
    rules: [9, 19],
    name: 'refuses headers beyond 12 KiB',
    rule: 'too-large',
    plan: { headers: withHeader('x-long', 'x'.repeat(12_300)) },
    bindings: FRAMED,
  }),
  refusesRequest({
    id: 'headers-too-many',
    rules: [9, 19],
    name: 'refuses more than a hundred headers',
    rule: 'too-large',
    plan: { headers: Array.from({ length: 101 }, (_, at) => [`x-${at}`, '1'] as const) },
  }),
  refusesRequest({
    id: 'body-too-large',
    rules: [19],
    name: 'refuses a body beyond 1 MiB',
    rule: 'too-large',
    bindings: FRAMED,
    plan: { method: 'POST', body: new Uint8Array(1_048_577) },
  }),
  refusesRequest({
    id: 'details-too-large',
    rules: [9, 19],
    name: 'refuses details beyond 16 KiB',
    rule: 'too-large',
    bindings: FRAMED,
    plan: { path: `/people/${'x'.repeat(16_400)}` },
  }),
  refusesRequest({
    id: 'headers-form',
    rules: [11],
    name: 'refuses a line break within a header',
    rule: 'malformed-message',
    bindings: FRAMED,
    plan: { headers: [['x-note', 'a\r\nt-road-subject: B']] },
  }),
  refusesRequest({
    id: 'headers-names',
    rules: [11],
    name: 'refuses a header name that is not a lower-case token',
    rule: 'malformed-message',
    bindings: FRAMED,
    plan: { headers: [['X Note', 'a']] },
  }),
  {
    id: 'kind-not-accepted',
    rules: [1],
    name: 'refuses an entry of any other kind in the place of a request',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      for (const kind of KINDS) demandRefused(await peer.ask(binding, { kind }), 'kind-not-accepted');
    },
  },
  refusesRequest({
    id: 'kind-committed',
    rules: [1, 2],
    name: 'refuses an entry that was committed as another kind than it travels as',
    plan: { kind: 'response' },
    alter: (wire) => ({ ...wire, kind: 'request' }),
    rule: 'entry-not-included',
  }),
  {
    id: 'details-not-canonical',
    rules: [3],
    name: 'refuses details that do not survive parsing and writing unchanged',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const spoilt: readonly ((text: string) => string)[] = [
        (text) => text.replace(':', ': '),
        (text) => `${text} `,
        (text) => text.replace('{"agreement"', '{"aaa":1,"agreement"'),
        (text) => text.replace('"v":1', '"v":1,"v":1'),
        (text) => text.replace('"v":1', '"v":1.0'),
        (text) => text.replace('"v":1', '"v":2'),
        (text) => text.replace(/"iat":(\d+)/, '"iat":"$1"'),
        (text) =>
          text.replace(/"method":"(\w)/, (_, first: string) => `"method":"\\u00${first.charCodeAt(0).toString(16)}`),
        (text) => text.replace(/^\{(.*?),(.*)\}$/s, '{$2,$1}'),
      ];
      for (const text of spoilt) demandRefused(await peer.ask(binding, { text }), 'details-not-canonical');
    },
  },
  refusesRequest({
    id: 'not-for-me',
    rules: [4, 11],
    name: 'refuses a message for another gateway of its own member',
    rule: 'not-for-me',
    plan: { details: changed(({ to }) => ({ to: { ...to, gateway: GATEWAYS.b2.id } })) },
  }),
  refusesRequest({
    id: 'not-for-my-member',
    rules: [4, 11],
    name: 'refuses a message for another member',
    rule: 'not-for-me',
    plan: { details: changed(({ to }) => ({ to: { ...to, member: CITY } })) },
  }),
  refusesRequest({
    id: 'wrong-log-origin',
    rules: [11],
    name: 'refuses a message that names another log than the peer’s',
    rule: 'wrong-log-origin',
    plan: { details: changed(() => ({ origin: GATEWAYS.a.origin })) },
  }),
  refusesRequest({
    id: 'sender-gateway',
    rules: [4, 11],
    name: 'refuses a sender that is not the gateway at the other end',
    rule: 'details-mismatch',
    about: 'from.gateway',
    plan: { details: changed(({ from }) => ({ from: { ...from, gateway: GATEWAYS.a.id } })) },
  }),
  refusesRequest({
    id: 'sender-member',
    rules: [4, 11],
    name: 'refuses a sender’s member that is not the peer’s',
    rule: 'details-mismatch',
    about: 'from.member',
    plan: { details: changed(({ from }) => ({ from: { ...from, member: CITY } })) },
  }),
  refusesRequest({
    id: 'line-method',
    rules: [11],
    name: 'refuses another method than the details name',
    rule: 'details-mismatch',
    about: 'method',
    alter: (wire) => ({ ...wire, method: 'HEAD' }),
    bindings: HTTP,
  }),
  refusesRequest({
    id: 'line-path',
    rules: [11],
    name: 'refuses another path than the details name',
    rule: 'details-mismatch',
    about: 'path',
    alter: (wire) => ({ ...wire, line: '/people/2' }),
    bindings: HTTP,
  }),
  {
    id: 'headers-digest',
    rules: [4, 6, 11],
    name: 'refuses headers that were added, removed, renamed, reordered or changed',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const spoilt: readonly ((headers: HeaderList) => HeaderList)[] = [
        (headers) => [...headers, ['x-more', '1']],
        (headers) => headers.slice(1),
        (headers) => [['accept-language', headers[0]?.[1] ?? ''], ...headers.slice(1)],
        (headers) => headers.toReversed(),
        (headers) => [['accept', 'text/plain'], ...headers.slice(1)],
      ];
      for (const alter of spoilt) {
        const reply = await peer.ask(binding, {}, (wire) => ({ ...wire, headers: alter(wire.headers) }));
        demandRefused(reply, 'details-mismatch', 'headers');
      }
    },
  },
  refusesRequest({
    id: 'body-length',
    rules: [4, 11],
    name: 'refuses a body of another length',
    rule: 'details-mismatch',
    about: 'body.length',
    plan: { method: 'POST', body: Buffer.from('abc') },
    alter: (wire) => ({ ...wire, body: Buffer.from('abcd') }),
  }),
  refusesRequest({
    id: 'body-digest',
    rules: [4, 11],
    name: 'refuses a body of another content',
    rule: 'details-mismatch',
    about: 'body.sha256',
    plan: { method: 'POST', body: Buffer.from('abc') },
    alter: (wire) => ({ ...wire, body: Buffer.from('abd') }),
  }),
  refusesRequest({
    id: 'salt-changed',
    rules: [1, 2, 11],
    name: 'refuses another salt',
    rule: 'entry-not-included',
    alter: (wire) => ({ ...wire, salt: randomBytes(32) }),
  }),
  refusesRequest({
    id: 'path-changed',
    rules: [11],
    name: 'refuses an inclusion path with one bit changed',
    rule: 'entry-not-included',
    alter: (wire) => ({ ...wire, path: [flip(wire.path[0] ?? Buffer.alloc(32), 7), ...wire.path.slice(1)] }),
  }),
  refusesRequest({
    id: 'index-changed',
    rules: [11],
    name: 'refuses the place of another entry',
    rule: 'entry-not-included',
    alter: (wire) => ({ ...wire, index: wire.index - 1 }),
  }),
  refusesRequest({
    id: 'head-missing',
    rules: [9, 11],
    name: 'refuses a message on a head that was never announced',
    rule: 'entry-not-included',
    bindings: FRAMED,
    alter: (wire) => ({ ...wire, announce: false }),
  }),
  {
    id: 'proof-of-another-message',
    rules: [11],
    name: 'refuses the right proof of another message',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const other = await peer.make();
      const made = await peer.make();
      const { index, size, path, checkpoint } = other.wire;
      const reply = await peer.send(binding, made, (wire) => ({
        ...wire,
        index,
        size,
        path,
        checkpoint,
        carried: other.wire.carried,
      }));
      demandRefused(reply, 'entry-not-included');
    },
  },
  {
    id: 'proof-of-another-log',
    rules: [7, 11],
    name: 'refuses the proof of an entry in another peer’s log',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const other = await stage.named('P11');
      const made = await peer.make({ log: other.log });
      demandRefused(await peer.send(binding, made), 'checkpoint-signature');
    },
  },
  refusesRequest({
    id: 'checkpoint-signature',
    rules: [7, 11],
    name: 'refuses a checkpoint whose signature does not verify',
    rule: 'checkpoint-signature',
    alter: (wire) => ({
      ...wire,
      checkpoint: wire.checkpoint.replace(
        /([A-Za-z0-9+/])([A-Za-z0-9+/]{9}={0,2}\n)$/,
        (_, one: string, rest: string) => (one === 'A' ? 'B' : 'A') + rest,
      ),
    }),
  }),
  refusesRequest({
    id: 'stale',
    rules: [11],
    name: 'refuses a message older than the freshness allows',
    rule: 'not-fresh',
    plan: { details: changed(() => ({ iat: now() - 40, exp: now() + 30 })) },
  }),
  refusesRequest({
    id: 'from-the-future',
    rules: [11, 14],
    name: 'refuses a message from the future',
    rule: 'not-fresh',
    plan: { details: changed(() => ({ iat: now() + 40, exp: now() + 70 })) },
  }),
  refusesRequest({
    id: 'message-expired',
    rules: [4, 11],
    name: 'refuses a message past its own time',
    rule: 'message-expired',
    plan: { details: changed(() => ({ iat: now() - 10, exp: now() - 5 })) },
  }),
  {
    id: 'path-not-normalised',
    rules: [6],
    name: 'refuses paths that are not in normal form, and rewrites none',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      for (const path of ABNORMAL) {
        if (binding === 'http/1.1' && path.includes('#')) continue;
        demandRefused(await peer.ask(binding, { path }), 'path-not-normalised');
      }
    },
  },
  {
    id: 'spoofed-header-of-peer',
    rules: [23],
    name: 'refuses every header that only the provider’s own gateway may set',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      for (const name of SPOOFED) {
        const reply = await peer.ask(binding, { headers: withHeader(name, 'somebody-else') });
        demandRefused(reply, 'spoofed-header', name.replaceAll('_', '-'));
      }
    },
  },
  refusesRequest({
    id: 'service-unknown',
    rules: [11],
    name: 'refuses a service that no bundle holds',
    rule: 'service-unknown',
    about: '',
    plan: { service: 'nothing', agreement: 'P01-open' },
  }),
  refusesRequest({
    id: 'service-version',
    rules: [4, 11],
    name: 'refuses another version of the service',
    rule: 'service-unknown',
    about: '',
    plan: { details: changed(() => ({ serviceVersion: '2' })) },
  }),
  refusesRequest({
    id: 'service-of-another-gateway',
    rules: [11],
    name: 'refuses a service that another gateway of the member serves',
    rule: 'service-unknown',
    about: 'to.gateway',
    plan: { service: 'second' },
  }),
  refusesRequest({
    id: 'provisional-too-old',
    rules: [13, 14],
    name: 'refuses a peer whose log went without witnesses for longer than the dataset allows',
    rule: 'provisional-too-old',
    plan: { service: 'witnessed' },
  }),
  refusesRequest({
    id: 'no-agreement',
    rules: [11],
    name: 'refuses an agreement that no bundle holds',
    rule: 'no-agreement',
    about: '',
    plan: { agreement: 'nothing' },
  }),
  refusesRequest({
    id: 'agreement-of-another',
    rules: [11],
    name: 'refuses the agreement of another member',
    rule: 'no-agreement',
    about: 'from.client',
    plan: { agreement: 'CITY-open' },
  }),
  refusesRequest({
    id: 'client-of-another',
    rules: [11],
    name: 'refuses another member’s client, even under that member’s agreement',
    rule: 'no-agreement',
    about: 'from.client',
    plan: { agreement: 'CITY-open', details: changed(({ from }) => ({ from: { ...from, client: CITY_CLIENT } })) },
  }),
  refusesRequest({
    id: 'agreement-of-another-service',
    rules: [11],
    name: 'refuses an agreement about another service',
    rule: 'no-agreement',
    about: 'service',
    plan: { details: changed(({ agreement }) => ({ service: `${REGISTER}/files`, agreement })) },
  }),
  {
    id: 'agreement-ended',
    rules: [11],
    name: 'refuses an agreement that is not in force',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const { name } = peer.hand.plan;
      demandRefused(
        await peer.ask(binding, { service: 'vital', agreement: `${name}-ended`, purpose: 'parking-permit' }),
        'agreement-expired',
      );
    },
  },
  {
    id: 'agreement-suspended',
    rules: [11],
    name: 'refuses an agreement that any of its three parties suspended',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const { name } = peer.hand.plan;
      demandRefused(
        await peer.ask(binding, { service: 'vital', agreement: `${name}-suspended`, purpose: 'parking-permit' }),
        'agreement-suspended',
      );
    },
  },
  refusesRequest({
    id: 'purpose-not-allowed',
    rules: [11],
    name: 'refuses a purpose outside the agreement',
    rule: 'purpose-not-allowed',
    plan: { purpose: 'statistics' },
  }),
  refusesRequest({
    id: 'endpoint-method',
    rules: [6, 11],
    name: 'refuses a method outside the agreement',
    rule: 'endpoint-not-allowed',
    plan: { method: 'DELETE' },
  }),
  refusesRequest({
    id: 'endpoint-path',
    rules: [6, 11],
    name: 'refuses a path outside the agreement',
    rule: 'endpoint-not-allowed',
    plan: { path: '/secrets/1' },
  }),
];
