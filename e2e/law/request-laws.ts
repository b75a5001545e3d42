import type { HeaderList } from '@minben/ports';
import { CITY, GATEWAYS } from '../support/plan.ts';
import { demand, demandDelivered, demandRefused, type Law } from './model.ts';

import { changed, FRAMED, HTTP, refusesRequest, withHeader } from './refuses-request.ts';

const KINDS = ['response', 'refusal', 'withheld', 'grant', 'withdrawal', 'bundle', 'enrolment'] as const;

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
];
