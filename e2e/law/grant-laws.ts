/** What a gateway refuses of grants: every claim that does not fit the call, every byte that the hub did not issue (PROTOCOL 15, 23). */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { formatProof } from '@minben/evidence';
import { createSubjectSealer, subjectInfo } from '@minben/exchange';
import { encodeBase64Url } from '@minben/kernel';
import type { Signer } from '@minben/ports';
import { keyOf } from '@minben/registry';
import { type Forgery, forgeGrant, issueGrant } from '../support/grants.ts';
import type { RequestPlan } from '../support/hostile-peer.ts';
import { GATEWAYS, REGISTER } from '../support/plan.ts';
import { demand, demandDelivered, demandRefused, type Law, type Stage } from './model.ts';

interface RefusedGrant {
  readonly id: string;
  readonly name: string;
  readonly rules?: readonly number[];
  readonly forgery: Forgery | ((stage: Stage) => Promise<Forgery> | Forgery);
  readonly rule: string;
  readonly about?: string;
  readonly plan?: RequestPlan;
  /** Spoils the token after it was made. */
  readonly spoil?: (token: string) => string;
}

/** A law that a call under a grant with one thing wrong is refused. */
function refusesGrant({
  id,
  name,
  rules = [15],
  forgery,
  rule,
  about,
  plan,
  spoil = (token) => token,
}: RefusedGrant): Law {
  return {
    id,
    rules,
    name,
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const made = typeof forgery === 'function' ? await forgery(stage) : forgery;
      const grant = spoil(await forgeGrant(stage.cluster, peer.hand, made));
      const request = await peer.make({ service: 'residents', grant, ...plan });
      demandRefused(await peer.send(binding, request), rule, about);
      demand(stage.cluster.agency.under(request.id).length === 0, 'nothing reached the agency');
    },
  };
}

const now = (): number => Math.floor(Date.now() / 1000);
const GRANT_KEY = 'grant-1';

export function makeRogueKey(): Signer {
  const { privateKey } = generateKeyPairSync('ed25519');
  const raw = createPublicKey(createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' })));
  return {
    publicKey: raw.export({ format: 'der', type: 'spki' }).subarray(-32),
    sign: (message) => sign(null, message, privateKey),
  };
}

/** Changes the n-th part of the JWS or of the token. */
const spoilPart =
  (separator: string, part: number, change: (text: string) => string) =>
  (token: string): string =>
    token
      .split(separator)
      .map((text, at) => (at === part ? change(text) : text))
      .join(separator);
const flipFirst = (text: string): string => (text.startsWith('A') ? `B${text.slice(1)}` : `A${text.slice(1)}`);

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
