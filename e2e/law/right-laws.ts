import { CITY_CLIENT, REGISTER } from '../support/plan.ts';
import { demandRefused, type Law } from './model.ts';

import { changed, refusesRequest, withHeader } from './refuses-request.ts';

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

export const rightLaws: readonly Law[] = [
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
