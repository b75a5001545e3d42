import { formatProof } from '@minben/evidence';
import { keyOf } from '@minben/registry';
import { forgeGrant, issueGrant } from '../support/grants.ts';
import { demand, demandDelivered, demandRefused, type Law } from './model.ts';

import { flipFirst, GRANT_KEY, makeRogueKey, refusesGrant, spoilPart } from './refuses-grant.ts';

export const grantLaws: readonly Law[] = [
  {
    id: 'grant-honoured',
    rules: [15, 23],
    name: 'honours a grant of the hub: the fields that both grant and agreement name, for the person it names',
    needs: ['b1'],
    async run(stage, binding) {
      const { cluster } = stage;
      const peer = await stage.peer();
      const grant = await issueGrant(cluster, `${peer.hand.plan.name}-residents-consent`, {
        fields: ['children[].name'],
      });
      const made = await peer.make({ service: 'residents', grant: grant.token });
      const reply = await peer.send(binding, made);
      demandDelivered(reply);
      demand(
        reply.body.toString() === '{"children":[{"name":"王大寶"}]}',
        'only granted fields',
        reply.body.toString(),
      );
      const [asked] = cluster.agency.under(made.id);
      demand((asked?.header('t-road-subject') ?? '').length > 10, 'the agency learns the subject', asked?.headers);
      demand(asked?.header('t-road-grant') === undefined, 'and not the grant');
      demand(asked?.header('t-road-fields') === 'children[].name', 'and the fields', asked?.headers);
    },
  },
  {
    id: 'grant-missing',
    rules: [15],
    name: 'refuses a call under a consent-based agreement that carries no grant',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const { name } = peer.hand.plan;
      const plan = { service: 'residents', agreement: `${name}-residents-consent`, purpose: 'parking-permit' };
      demandRefused(await peer.ask(binding, plan), 'grant-missing');
    },
  },
  {
    id: 'grant-beside-statute',
    rules: [15],
    name: 'refuses a grant beside a statutory agreement, which it cannot widen',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const grant = await forgeGrant(stage.cluster, peer.hand);
      const plan = {
        service: 'residents',
        agreement: `${peer.hand.plan.name}-residents`,
        purpose: 'address-check',
        grant,
      };
      demandRefused(await peer.ask(binding, plan), 'grant-missing');
    },
  },
  {
    id: 'grant-digest',
    rules: [4, 15],
    name: 'refuses another grant than the details name, two grants, and none where one is named',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const grant = await forgeGrant(stage.cluster, peer.hand);
      const other = await forgeGrant(stage.cluster, peer.hand);
      const { digestHeaders } = await import('@minben/exchange');
      const plans: [string, string][][] = [
        [['t-road-grant', other]],
        [
          ['t-road-grant', grant],
          ['t-road-grant', grant],
        ],
        [],
      ];
      for (const headers of plans) {
        const made = await peer.make({
          service: 'residents',
          grant,
          details: (details) => ({ ...details, headers: digestHeaders(headers) }),
        });
        const reply = await peer.send(binding, made, (wire) => ({ ...wire, headers }));
        demandRefused(reply, 'details-mismatch', 'grant');
      }
    },
  },
  refusesGrant({
    id: 'grant-too-large',
    name: 'refuses a token beyond 4 KiB',
    forgery: { claims: (claims) => ({ ...claims, case: 'x'.repeat(3_000) }) },
    rule: 'grant-malformed',
    about: 'length',
  }),
  refusesGrant({
    id: 'grant-malformed',
    name: 'refuses a token with a part too many',
    forgery: {},
    spoil: (token) => `${token}~AA`,
    rule: 'grant-malformed',
  }),
  refusesGrant({
    id: 'grant-salt',
    name: 'refuses a token whose salt is too short',
    forgery: {},
    spoil: spoilPart('~', 1, (salt) => salt.slice(4)),
    rule: 'grant-malformed',
  }),
  refusesGrant({
    id: 'grant-algorithm',
    name: 'refuses every algorithm but the one',
    forgery: { header: { alg: 'none', kid: GRANT_KEY, typ: 't-road-grant+jwt' } },
    rule: 'grant-malformed',
    about: 'alg',
  }),
  refusesGrant({
    id: 'grant-type',
    name: 'refuses a signed token of another type',
    forgery: { header: { alg: 'EdDSA', kid: GRANT_KEY, typ: 'JWT' } },
    rule: 'grant-malformed',
    about: 'typ',
  }),
  refusesGrant({
    id: 'grant-header-member',
    name: 'refuses a further member in the token’s header',
    forgery: { header: { alg: 'EdDSA', kid: GRANT_KEY, jwk: 'x', typ: 't-road-grant+jwt' } },
    rule: 'grant-malformed',
  }),
  refusesGrant({
    id: 'grant-key-unknown',
    name: 'refuses a key that no bundle holds',
    rules: [7, 15],
    forgery: { header: { alg: 'EdDSA', kid: 'grant-9', typ: 't-road-grant+jwt' } },
    rule: 'grant-key-unknown',
  }),
  refusesGrant({
    id: 'grant-signature',
    name: 'refuses a grant that another key signed',
    rules: [7, 15],
    forgery: { signer: makeRogueKey() },
    rule: 'grant-signature',
  }),
  refusesGrant({
    id: 'grant-key-of-another-role',
    name: 'refuses a grant that the status key signed',
    rules: [7, 15],
    forgery: (stage) => ({ signer: stage.cluster.prepared.hub.status }),
    rule: 'grant-signature',
  }),
  refusesGrant({
    id: 'grant-not-canonical',
    name: 'refuses claims that are not canonical',
    rules: [3, 15],
    forgery: { payload: (text) => text.replace(':', ': ') },
    rule: 'grant-malformed',
    about: 'payload',
  }),
  refusesGrant({
    id: 'grant-schema',
    name: 'refuses a claim that no schema knows',
    forgery: { claims: (claims) => ({ ...claims, scope: 'everything' }) },
    rule: 'grant-malformed',
    about: 'claims',
  }),
  refusesGrant({
    id: 'grant-key-not-valid',
    name: 'refuses a grant from before its key was valid',
    rules: [7, 15],
    forgery: (stage) => ({
      claims: (claims) => ({ ...claims, iat: keyOf(stage.cluster.prepared.hub.record, 'grant').validFrom - 10 }),
    }),
    rule: 'grant-key-unknown',
    about: 'iat',
  }),
  refusesGrant({
    id: 'grant-proof-malformed',
    name: 'refuses a proof that cannot be read',
    forgery: { proof: () => 'c2sp.org/tlog-proof@v1\nindex x\n\nnothing\n' },
    rule: 'grant-not-in-log',
    about: 'proof',
  }),
  refusesGrant({
    id: 'grant-proof-of-another-log',
    name: 'refuses a grant that stands in another log than the hub’s',
    forgery: async (stage) => {
      const { log } = await stage.peer();
      return {
        proof: async (entry) => {
          const { index, path, head } = await log.append(entry);
          return formatProof({ index, path, checkpoint: head.checkpoint });
        },
      };
    },
    rule: 'grant-not-in-log',
    about: 'origin',
  }),
  refusesGrant({
    id: 'grant-checkpoint-signature',
    name: 'refuses a checkpoint that the hub’s key did not sign',
    forgery: (stage) => ({
      proof: async (entry) => {
        const { index, path, checkpoint } = await stage.cluster.appendToHubLog(entry);
        const spoilt = checkpoint.replace(/.{4}(={0,2}\n)$/, (end) =>
          end.startsWith('AAAA') ? `BBBB${end.slice(4)}` : `AAAA${end.slice(4)}`,
        );
        return formatProof({ index, path, checkpoint: spoilt });
      },
    }),
    rule: 'grant-not-in-log',
    about: 'checkpoint',
  }),
  refusesGrant({
    id: 'grant-not-logged',
    name: 'refuses a grant that stands in no log, though its proof is genuine for another',
    rules: [2, 15],
    forgery: (stage) => ({ proof: async () => formatProof(await stage.cluster.appendToHubLog(Buffer.alloc(32, 7))) }),
    rule: 'grant-not-in-log',
  }),
  refusesGrant({
    id: 'grant-kind',
    name: 'refuses a grant that the hub logged as an entry of another kind',
    rules: [1, 15],
    forgery: { kind: 'enrolment' },
    rule: 'grant-not-in-log',
  }),
  refusesGrant({
    id: 'grant-signature-bit',
    name: 'refuses a token with one bit of its signature changed',
    forgery: {},
    spoil: spoilPart('.', 2, flipFirst),
    rule: 'grant-signature',
  }),
];
