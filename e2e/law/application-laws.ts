/** What an application of the city meets at its own gateway (PROTOCOL 6, 11, 18, 23), and the shape of refusals there. */

import { request as rawRequest } from 'node:http';
import type { ApplicationPlan } from '../support/application.ts';
import { forgeGrant } from '../support/grants.ts';
import { CITY_CLIENT, GATEWAYS, HOUSEHOLD, REGISTER } from '../support/plan.ts';
import { demand, demandExplained, demandRuled, type Law } from './model.ts';

interface RefusedCall {
  readonly id: string;
  readonly rules: readonly number[];
  readonly name: string;
  readonly call: ApplicationPlan;
  readonly rule: string;
  readonly about?: string;
}

/** A law that a call is refused by the city's own gateway, which appends and sends nothing. */
function refusesCall({ id, rules, name, call, rule, about }: RefusedCall): Law {
  return {
    id,
    rules,
    name,
    bindings: [],
    needs: ['a'],
    async run(stage) {
      const got = await stage.call(call);
      demandRuled(got, rule, 'consumer-gateway');
      demandExplained(got.json, rule, about);
      demand(got.status === 400 || got.status === 500, 'X-Road knows two statuses', got.status);
      const type = got.header('x-road-error') ?? '';
      demand(
        /^(Client|Server\.ClientProxy)\.[A-Za-z]+$/.test(type) && got.json['type'] === type,
        'X-Road’s type',
        type,
      );
    },
  };
}

export const applicationLaws: readonly Law[] = [
  refusesCall({
    id: 'app-client-of-another',
    rules: [11],
    name: 'refuses an application that names another member’s client',
    call: { client: `${HOUSEHOLD}/register` },
    rule: 'client-not-here',
  }),
  refusesCall({
    id: 'app-client-unknown',
    rules: [11],
    name: 'refuses a subsystem that its member does not have',
    call: { client: 'TW/GOV/CITY/nothing' },
    rule: 'client-unknown',
  }),
  refusesCall({
    id: 'app-service-unknown',
    rules: [11],
    name: 'refuses a service that no bundle holds before anything is sent',
    call: { service: `${REGISTER}/nothing` },
    rule: 'service-unknown',
  }),
  refusesCall({
    id: 'app-no-agreement',
    rules: [11],
    name: 'refuses a service without an agreement',
    call: { service: `${REGISTER}/vital`, path: '/people/1' },
    rule: 'grant-missing',
  }),
  refusesCall({
    id: 'app-endpoint',
    rules: [6, 11],
    name: 'refuses an endpoint outside the agreement before anything is sent',
    call: { path: '/secrets/1' },
    rule: 'endpoint-not-allowed',
  }),
  refusesCall({
    id: 'app-purpose',
    rules: [11],
    name: 'refuses a purpose outside the agreement before anything is sent',
    call: { headers: [['t-road-purpose', 'statistics']] },
    rule: 'purpose-not-allowed',
  }),
  refusesCall({
    id: 'app-grant-missing',
    rules: [15],
    name: 'refuses a call that only consent allows and that carries none',
    call: { service: `${REGISTER}/both` },
    rule: 'grant-missing',
  }),
  refusesCall({
    id: 'app-grant-malformed',
    rules: [15],
    name: 'refuses a token that is no grant',
    call: { service: `${REGISTER}/both`, headers: [['t-road-grant', 'nonsense']] },
    rule: 'grant-malformed',
  }),
  refusesCall({
    id: 'app-gateway-unknown',
    rules: [11],
    name: 'refuses a named gateway that does not serve the service',
    call: { headers: [['x-road-security-server', GATEWAYS.b2.id]] },
    rule: 'no-gateway-reachable',
  }),
  {
    id: 'app-grant-of-another-purpose',
    rules: [15],
    name: 'refuses a purpose beside a grant that names another',
    bindings: [],
    needs: ['a', 'b1'],
    async run(stage) {
      const { cluster } = stage;
      const peer = cluster.peer('P01');
      const claims = {
        client: CITY_CLIENT,
        cnf: { member: 'TW/GOV/CITY', gateways: [GATEWAYS.a.id] },
        agreement: 'CITY-residents-consent',
      };
      const grant = await forgeGrant(cluster, peer, { claims: (given) => ({ ...given, ...claims }) });
      const plan = { service: `${REGISTER}/residents`, headers: [['t-road-grant', grant]] as [string, string][] };
      const good = await stage.call(plan);
      demand(good.status === 200 && good.json['name'] === '王小明', 'the grant itself is honoured', good.text);
      const got = await stage.call({ ...plan, headers: [...plan.headers, ['t-road-purpose', 'statistics']] });
      demandRuled(got, 'grant-wrong-purpose', 'consumer-gateway');
      const stray = await forgeGrant(cluster, peer, {
        claims: (given) => ({ ...given, ...claims, agreement: 'P01-residents-consent' }),
      });
      demandRuled(
        await stage.call({ ...plan, headers: [['t-road-grant', stray]] }),
        'grant-wrong-service',
        'consumer-gateway',
      );
    },
  },
  {
    id: 'app-spoofed-header',
    rules: [23],
    name: 'refuses an application’s header that only the provider’s gateway may set, and no agency sees it',
    bindings: [],
    needs: ['a', 'b1'],
    async run(stage) {
      const { agency } = stage.cluster;
      const before = agency.requests.length;
      for (const name of [
        'T-Road-Subject',
        't-road-fields',
        't-road-message-id',
        't-road-gateway-secret',
        'T_Road_Subject',
        't-road-evidence',
        't-road-proof',
      ]) {
        const got = await stage.call({ headers: [[name, 'somebody-else']] });
        demandRuled(got, 'spoofed-header', 'consumer-gateway');
        demand(got.json['about'] === name.toLowerCase().replaceAll('_', '-'), 'it names the header', got.json);
        demand(!got.text.includes('somebody-else'), 'and not its value');
      }
      demand(agency.requests.length === before, 'nothing reached the agency');
    },
  },
  {
    id: 'app-path-not-normalised',
    rules: [6],
    name: 'refuses an application’s path that is not in normal form, and rewrites none',
    bindings: [],
    needs: ['a', 'b1'],
    async run(stage) {
      const { agency } = stage.cluster;
      const before = agency.requests.length;
      for (const path of [
        '/people/../x',
        '/people/%2e%2e/x',
        '/people//1',
        '/people/1;a',
        '/people/%2Fx',
        '/people/%41',
        '/people/%5Cx',
      ])
        demandRuled(await stage.call({ path }), 'path-not-normalised', 'consumer-gateway');
      demand(agency.requests.length === before, 'nothing reached the agency');
      const odd = '/people/%E7%8E%8B?q=a%2Fb';
      demand((await stage.call({ path: odd })).status === 200, 'a normal path travels');
      demand(agency.requests.at(-1)?.path === odd, 'as it stands', agency.requests.at(-1)?.path);
    },
  },
  {
    id: 'app-bundle-too-old',
    rules: [24],
    name: 'sends nothing while its bundle is older than allowed',
    bindings: [],
    needs: ['a', 'b1'],
    async run(stage) {
      const a = stage.cluster.gateway('a');
      await a.moveClock(8 * 86_400_000);
      try {
        demandRuled(await stage.call(), 'bundle-too-old', 'consumer-gateway');
        demand((await a.reasons()).includes('bundle-too-old'), 'readiness says so');
      } finally {
        await a.moveClock(-8 * 86_400_000);
      }
    },
  },
  {
    id: 'app-agreement-not-in-force',
    rules: [11],
    name: 'sends nothing under an agreement that ended or is suspended',
    bindings: [],
    needs: ['a', 'b1'],
    async run(stage) {
      const { cluster } = stage;
      const { bundle } = await cluster.bundle();
      const open = bundle.agreements.find(({ id }) => id === 'CITY-open');
      const file = 'agreements/CITY-open.json';
      try {
        await cluster.publish({ [file]: { ...open, suspendedBy: ['consumer'] } });
        demandRuled(await stage.call(), 'agreement-suspended', 'consumer-gateway');
        await cluster.publish({ [file]: { ...open, validUntil: 1_500_000_000 } });
        demandRuled(await stage.call(), 'agreement-expired', 'consumer-gateway');
      } finally {
        await cluster.publish({ [file]: open });
      }
      demand((await stage.call()).status === 200, 'and goes on under one in force');
    },
  },
  {
    id: 'app-refusal-of-provider',
    rules: [18],
    name: 'passes the provider’s refusal on with its hop, rule, remedy and log id, in X-Road’s shape',
    bindings: [],
    needs: ['a', 'b1'],
    async run(stage) {
      const got = await stage.call({ service: `${REGISTER}/residents` });
      demandRuled(got, 'subject-missing', 'provider-gateway');
      demandExplained(got.json, 'subject-missing');
      demand(got.header('x-road-error') === 'Client.BadRequest', 'X-Road’s type', got.header('x-road-error'));
      demand((got.header('t-road-message-id') ?? '') !== '', 'the message id');
      const withheldType = (await stage.call({ service: `${REGISTER}/witnessed` })).header('x-road-error');
      demand(
        withheldType === undefined || withheldType.startsWith('Server.ServerProxy.'),
        'the proxy that refused',
        withheldType,
      );
    },
  },
  {
    id: 'app-register-rejects-duplicates',
    rules: [15],
    name: 'refuses two grants rather than guess which one was meant',
    bindings: [],
    needs: ['a'],
    async run(stage) {
      const { consumer } = stage.cluster.gateway('a').ports;
      const answer = await new Promise<string>((resolve, reject) => {
        const headers = ['x-road-client', CITY_CLIENT, 'host', 'x', 't-road-grant', 'one', 't-road-grant', 'two'];
        rawRequest(
          { port: consumer, host: '127.0.0.1', path: `/r1/${REGISTER}/open/people/1`, headers },
          (response) => {
            let text = '';
            response
              .setEncoding('utf8')
              .on('data', (chunk: string) => (text += chunk))
              .on('end', () => resolve(text));
          },
        )
          .on('error', reject)
          .end();
      });
      demand(answer.includes('header-malformed'), 'refused', answer);
    },
  },
];
