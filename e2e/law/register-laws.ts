/** What reaches the agency's system, and what of its answer leaves again (PROTOCOL 5, 18, 19, 23). */
import { randomBytes } from 'node:crypto';
import { makeUuid } from '@minben/kernel';
import { type AgencyAnswer, RESIDENT } from '../support/agency.ts';
import { issueGrant } from '../support/grants.ts';
import type { RequestPlan } from '../support/hostile-peer.ts';
import { demand, demandDelivered, demandRefused, type Law } from './model.ts';

interface RefusedRegister {
  readonly id: string;
  readonly rules: readonly number[];
  readonly name: string;
  readonly answer: AgencyAnswer;
  readonly rule: string;
  readonly plan?: RequestPlan;
}

/** A law that an answer of the agency which cannot be filtered is not released. */
function releasesNothing({ id, rules, name, answer, rule, plan }: RefusedRegister): Law {
  return {
    id,
    rules,
    name,
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const made = await peer.make(plan);
      stage.cluster.agency.answerOnce(made.id, () => answer);
      const reply = await peer.send(binding, made);
      demandRefused(reply, rule);
      demand(!reply.body.includes('王小明'), 'nothing left');
    },
  };
}

const JSON_TYPE = ['content-type', 'application/json'] as const;

export const registerLaws: readonly Law[] = [
  releasesNothing({
    id: 'filter-not-json',
    rules: [19],
    name: 'releases nothing of an answer that is not JSON where fields were agreed',
    answer: { headers: [['content-type', 'text/html']], body: '<p>王小明' },
    rule: 'register-answer-not-json',
  }),
  releasesNothing({
    id: 'filter-broken-json',
    rules: [19],
    name: 'releases nothing of an answer that only says it is JSON',
    answer: { headers: [JSON_TYPE], body: '{"name":"王小明"' },
    rule: 'register-answer-not-json',
  }),
  releasesNothing({
    id: 'filter-encoded',
    rules: [19],
    name: 'releases nothing of a compressed answer',
    answer: { headers: [JSON_TYPE, ['content-encoding', 'gzip']], body: 'x' },
    rule: 'register-answer-encoded',
  }),
  releasesNothing({
    id: 'filter-ambiguous',
    rules: [19],
    name: 'releases nothing of an answer in which an agreed member stands twice',
    answer: { headers: [JSON_TYPE], body: '{"name":"王小明","name":"王大明"}' },
    rule: 'field-filter-failed',
  }),
  releasesNothing({
    id: 'register-too-large',
    rules: [19],
    name: 'releases nothing of an answer beyond 1 MiB',
    answer: { headers: [JSON_TYPE], body: JSON.stringify({ name: 'x'.repeat(1_100_000) }) },
    rule: 'register-answer-too-large',
  }),
  {
    id: 'whole-document',
    rules: [19],
    name: 'releases the whole document, of whatever type, where the agreement grants it',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const made = await peer.make({ service: 'files' });
      stage.cluster.agency.answerOnce(made.id, () => ({
        headers: [
          ['content-type', 'text/html'],
          ['etag', '"1"'],
        ],
        body: '<p>王小明',
      }));
      const reply = await peer.send(binding, made);
      demandDelivered(reply);
      demand(
        reply.body.toString() === '<p>王小明' && reply.details?.fields === 'whole-document',
        'unread',
        reply.body.toString(),
      );
      demand(
        reply.headers.some(([name]) => name === 'etag'),
        'with its validators',
      );
    },
  },
  {
    id: 'filtered-headers',
    rules: [6, 19, 23],
    name: 'drops an answer’s headers that tell of the unfiltered document or speak for a gateway',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const made = await peer.make();
      const headers = [
        JSON_TYPE,
        ['etag', '"1"'],
        ['t-road-evidence', 'x'],
        ['t-road-refused', 'x'],
        ['x-road-error', 'x'],
        ['x-kept', '1'],
      ] as const;
      stage.cluster.agency.answerOnce(made.id, () => ({ headers }));
      const reply = await peer.send(binding, made);
      demandDelivered(reply);
      const names = reply.headers.map(([name]) => name);
      demand(names.includes('x-kept'), 'others travel', names);
      for (const name of ['etag', 't-road-refused', 'x-road-error'])
        demand(!names.includes(name), `${name} stays`, names);
    },
  },
  {
    id: 'hand-over',
    rules: [23],
    name: 'hands over to the agency under the shared secret, with headers that the gateway alone wrote',
    needs: ['b1'],
    async run(stage, binding) {
      const { cluster } = stage;
      const peer = await stage.peer();
      const grant = await issueGrant(cluster, `${peer.hand.plan.name}-residents-consent`);
      const made = await peer.make({
        service: 'residents',
        grant: grant.token,
        headers: [
          ['accept', 'application/json'],
          ['x-road-client', 'TW/GOV/CITY/portal'],
          ['connection', 'x-hop'],
          ['x-hop', '1'],
          ['accept-encoding', 'gzip'],
          ['range', 'bytes=0-1'],
        ],
      });
      const filtered = made.wire.headers.filter(([name]) => name !== 'connection');
      demand(filtered.length > 0, 'headers');
      const reply = await peer.send(binding === 'http/1.1' ? 't-road/1' : binding, made);
      demandDelivered(reply);
      const [asked] = cluster.agency.under(made.id);
      demand(asked !== undefined, 'the agency was asked');
      const of = (name: string) => asked.headers.filter(([known]) => known === name).map(([, value]) => value);
      demand(of('t-road-gateway-secret').join() === cluster.prepared.registerSecret, 'under the secret');
      demand(
        of('x-road-client').join() === peer.hand.plan.client && of('t-road-client').join() === peer.hand.plan.client,
        'for the client that the details name',
        of('x-road-client'),
      );
      demand(of('t-road-purpose').join() === 'parking-permit', 'for the purpose', of('t-road-purpose'));
      demand(of('t-road-subject').length === 1, 'about one person', of('t-road-subject'));
      demand(
        of('t-road-grant').length === 0 && of('x-hop').length === 0 && of('range').length === 0,
        'and no more',
        asked.headers,
      );
      demand(of('accept-encoding').join() === 'identity', 'uncompressed', of('accept-encoding'));
    },
  },
  {
    id: 'register-broken',
    rules: [10, 23],
    name: 'says what became of a call whose agency broke off: a safe one may be repeated, of any other nobody knows',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      for (const [method, rule] of [
        ['GET', 'register-unreachable'],
        ['POST', 'outcome-unknown'],
      ] as const) {
        const made = await peer.make({ method });
        stage.cluster.agency.answerOnce(made.id, () => Promise.reject(new Error('broken off')));
        demandRefused(await peer.send(binding, made), rule);
      }
    },
  },
  {
    id: 'refusals-logged',
    rules: [18],
    name: 'writes an entry for a member’s refusal, up to a rate; beyond it refusals are counted',
    bindings: ['t-road/1'],
    needs: ['b1'],
    async run(stage) {
      const peer = await stage.fresh();
      const first = await peer.ask('t-road/1', { path: '/secrets/1' });
      demand(first.kind === 'refusal' && first.details?.outcome === 'refused', 'an entry of its own', first.kind);
      const made = await Promise.all(Array.from({ length: 200 }, () => peer.make({ path: '/secrets/1' })));
      const replies = await Promise.all(made.map((each) => peer.send('t-road/1', each)));
      for (const reply of replies) demandRefused(reply, 'endpoint-not-allowed');
      const bare = replies.filter(({ kind }) => kind === 'bare').length;
      const logged = replies.filter(({ kind }) => kind === 'refusal').length;
      demand(logged > 0 && bare > 0 && logged <= 150, 'some logged, the others counted', { logged, bare });
    },
  },
  {
    id: 'only-through-the-log',
    rules: [8, 12, 23],
    name: 'let no request reach the agency but under the secret and with an entry in the gateway’s log',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const id = makeUuid(Date.now(), randomBytes(10));
      const reply = await peer.ask(binding, { id, method: 'POST' });
      demandDelivered(reply);
      const { verifyAnswer } = await import('./verify-answer.ts');
      demand(verifyAnswer(stage, reply), 'the answer’s entry stands in the gateway’s log under its key');
      for (const request of stage.cluster.agency.requests)
        demand(
          request.header('t-road-gateway-secret') === stage.cluster.prepared.registerSecret,
          'under the secret',
          request.path,
        );
      demand(JSON.stringify(RESIDENT).includes('secret'), 'the agency answers more than is released');
    },
  },
];
