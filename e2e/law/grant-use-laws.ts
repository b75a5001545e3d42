import { createSubjectSealer, subjectInfo } from '@minben/exchange';
import { encodeBase64Url } from '@minben/kernel';
import { forgeGrant } from '../support/grants.ts';
import { GATEWAYS, REGISTER } from '../support/plan.ts';
import { demand, demandDelivered, demandRefused, type Law } from './model.ts';

import { now, refusesGrant } from './refuses-grant.ts';

export const grantUseLaws: readonly Law[] = [
  refusesGrant({
    id: 'grant-for-another-gateway',
    name: 'refuses a grant that names another provider gateway',
    forgery: { claims: (claims) => ({ ...claims, aud: [GATEWAYS.b2.id] }) },
    rule: 'grant-wrong-gateway',
  }),
  refusesGrant({
    id: 'grant-counted-with-several',
    name: 'refuses counted uses at more than one gateway',
    forgery: { claims: (claims) => ({ ...claims, uses: 3, aud: [GATEWAYS.b1.id, GATEWAYS.b2.id] }) },
    rule: 'grant-malformed',
    about: 'aud',
  }),
  refusesGrant({
    id: 'grant-of-another-member',
    name: 'refuses a grant of another member',
    forgery: { claims: (claims) => ({ ...claims, cnf: { ...claims.cnf, member: 'TW/COM/P11' } }) },
    rule: 'grant-wrong-holder',
    about: 'cnf.member',
  }),
  refusesGrant({
    id: 'grant-presented-by-another',
    name: 'refuses a grant that another gateway of the member may present',
    forgery: { claims: (claims) => ({ ...claims, cnf: { ...claims.cnf, gateways: ['TW/COM/P11/gw1'] } }) },
    rule: 'grant-wrong-holder',
    about: 'cnf.gateways',
  }),
  refusesGrant({
    id: 'grant-of-another-client',
    name: 'refuses a grant of another client',
    forgery: { claims: (claims) => ({ ...claims, client: `${claims.cnf.member}/other` }) },
    rule: 'grant-wrong-holder',
    about: 'client',
  }),
  refusesGrant({
    id: 'grant-for-another-service',
    name: 'refuses a grant for another service',
    forgery: { claims: (claims) => ({ ...claims, service: `${REGISTER}/vital` }) },
    rule: 'grant-wrong-service',
    about: 'service',
  }),
  refusesGrant({
    id: 'grant-for-another-agreement',
    name: 'refuses a grant under another agreement',
    forgery: { claims: (claims) => ({ ...claims, agreement: 'CITY-residents-consent' }) },
    rule: 'grant-wrong-service',
    about: 'agreement',
  }),
  refusesGrant({
    id: 'grant-for-another-purpose',
    name: 'refuses a grant for another purpose',
    forgery: { claims: (claims) => ({ ...claims, purpose: 'statistics' }) },
    rule: 'grant-wrong-purpose',
  }),
  refusesGrant({
    id: 'grant-not-yet',
    name: 'refuses a grant before its time',
    forgery: { claims: (claims) => ({ ...claims, nbf: now() + 60 }) },
    rule: 'grant-not-yet',
  }),
  refusesGrant({
    id: 'grant-expired',
    name: 'refuses a grant after its time',
    forgery: { claims: (claims) => ({ ...claims, nbf: now() - 60, exp: now() - 1 }) },
    rule: 'grant-expired',
  }),
  refusesGrant({
    id: 'grant-without-subject',
    name: 'refuses a grant that seals no subject to this gateway',
    rules: [15, 23],
    forgery: { claims: (claims) => ({ ...claims, subject: {} }) },
    rule: 'grant-wrong-gateway',
    about: 'subject',
  }),
  refusesGrant({
    id: 'grant-subject-lifted',
    name: 'refuses a subject that was sealed for another purpose',
    rules: [15, 23],
    forgery: async (stage) => {
      const key = Buffer.from(stage.cluster.gateway('b1').entry.sealingKey, 'base64url');
      const sealed = await createSubjectSealer().seal(
        key,
        subjectInfo(`${REGISTER}/residents`, 'statistics'),
        'somebody',
      );
      return { claims: (claims) => ({ ...claims, subject: { [GATEWAYS.b1.id]: sealed } }) };
    },
    rule: 'subject-missing',
  }),
  {
    id: 'grant-fields-narrow',
    rules: [15, 19],
    name: 'releases no field that the person granted but no agreement names, and none that was agreed but not granted',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const claims = { claims: (given: object) => ({ ...given, fields: ['name', 'secret', 'address'] }) };
      const reply = await peer.ask(binding, {
        service: 'residents',
        grant: await forgeGrant(stage.cluster, peer.hand, claims),
      });
      demandDelivered(reply);
      demand(
        reply.body.toString() === '{"name":"王小明","address":{"county":"臺北市"}}',
        'the narrower of both',
        reply.body.toString(),
      );
    },
  },
  {
    id: 'subject-missing',
    rules: [23],
    name: 'refuses a statutory call about a person that names none, or whose sealed subject is for another service',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const service = 'residents';
      demandRefused(await peer.ask(binding, { service }), 'subject-missing');
      const key = Buffer.from(stage.cluster.gateway('b1').entry.sealingKey, 'base64url');
      const seal = (of: string) =>
        createSubjectSealer().seal(key, subjectInfo(`${REGISTER}/${of}`, 'address-check'), 'somebody');
      const wrong: [string, string][] = [['t-road-sealed-subject', await seal('vital')]];
      demandRefused(await peer.ask(binding, { service, headers: wrong }), 'subject-missing');
      const made = await peer.make({ service, headers: [['t-road-sealed-subject', await seal(service)]] });
      demandDelivered(await peer.send(binding, made));
      const [asked] = stage.cluster.agency.under(made.id);
      demand(asked?.header('t-road-subject') === 'somebody', 'the agency learns whom it is about', asked?.headers);
      demand(
        encodeBase64Url(Buffer.from('x')) !== '' && asked?.header('t-road-sealed-subject') === undefined,
        'and nothing sealed',
      );
    },
  },
];
