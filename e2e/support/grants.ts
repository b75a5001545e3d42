/** Grants for tests: those that the hub issues, and those that a hub in wrong hands might, with proofs that hold. */
import { randomBytes } from 'node:crypto';
import { commit, formatProof } from '@minben/evidence';
import { createSubjectSealer, type GrantClaims, grantDetails, subjectInfo } from '@minben/exchange';
import { canonicalize, encodeBase64Url, type JsonValue, makeUuid } from '@minben/kernel';
import type { Signer } from '@minben/ports';
import { keyOf } from '@minben/registry';
import type { Cluster, PeerInHand } from './cluster.ts';
import { GATEWAYS, REGISTER } from './plan.ts';

export interface IssuedGrant {
  readonly token: string;
  readonly jti: string;
  readonly status: number;
}

/** Synthetic: a valid check digit, nobody's number. */
const NUMBER = 'A123456789';

/** A grant by the hub's own hand. */
export async function issueGrant(cluster: Cluster, agreement: string, more: object = {}): Promise<IssuedGrant> {
  const order = { agreement, subject: { number: NUMBER }, purpose: 'parking-permit', seconds: 600, ...more };
  const { status, json, text } = await cluster.operate('POST', '/grants', order);
  if (status !== 201) throw new Error(`no grant: ${text}`);
  return json as IssuedGrant;
}

/** Withdraws; resolves with the hub's account of the effect. */
export async function withdraw(cluster: Cluster, jti: string): Promise<Withdrawal> {
  const { status, json, text } = await cluster.operate('POST', '/withdrawals', { jti });
  if (status !== 201) throw new Error(`not withdrawn: ${text}`);
  return json as Withdrawal;
}

export async function effectOf(cluster: Cluster, jti: string): Promise<Withdrawal> {
  return (await cluster.operate('GET', `/withdrawals/${jti}`)).json as Withdrawal;
}

export interface Withdrawal {
  readonly effective: boolean;
  readonly gateways: readonly { readonly gateway: string; readonly state: string }[];
}

export interface Forgery {
  readonly claims?: (claims: GrantClaims) => object;
  readonly header?: object;
  /** Text of the payload instead of the canonical one. */
  readonly payload?: (text: string) => string;
  readonly signer?: Signer;
  /** Kind of the entry in the hub's log. */
  readonly kind?: string;
  /** Leave the hub's log alone and prove with this proof instead. */
  readonly proof?: (entry: Buffer) => Promise<string> | string;
  readonly service?: string;
  readonly agreement?: string;
}

let nextStatus = 1_000_000;

/** A grant for `peer`'s client with claims that stand in no order the hub would take; signed and logged like a real one. */
export async function forgeGrant(cluster: Cluster, peer: PeerInHand, forgery: Forgery = {}): Promise<string> {
  const { hub, gateways } = cluster.prepared;
  const service = `${REGISTER}/${forgery.service ?? 'residents'}`;
  const provider = gateways.b1.entry;
  const purpose = 'parking-permit';
  const sealer = createSubjectSealer();
  const sealed = await sealer.seal(
    Buffer.from(provider.sealingKey, 'base64url'),
    subjectInfo(service, purpose),
    'pseudonym-of-a-test',
  );
  const now = Math.floor(Date.now() / 1000);
  nextStatus += 1;
  const claims: GrantClaims = {
    iss: hub.record.origin,
    jti: makeUuid(Date.now(), randomBytes(10)),
    iat: now,
    nbf: now - 60,
    exp: now + 600,
    aud: [GATEWAYS.b1.id],
    cnf: { member: peer.plan.member, gateways: [peer.plan.gateway] },
    client: peer.plan.client,
    service,
    agreement: forgery.agreement ?? `${peer.plan.name}-${forgery.service ?? 'residents'}-consent`,
    purpose,
    fields: ['name'],
    basis: 'consent',
    status: nextStatus,
    subject: { [GATEWAYS.b1.id]: sealed },
  };
  const text = canonicalize((forgery.claims?.(claims) ?? claims) as JsonValue);
  const payload = forgery.payload?.(text) ?? text;
  const header = canonicalize(
    (forgery.header ?? { alg: 'EdDSA', kid: keyOf(hub.record, 'grant').id, typ: 't-road-grant+jwt' }) as JsonValue,
  );
  const input = `${encodeBase64Url(Buffer.from(header))}.${encodeBase64Url(Buffer.from(payload))}`;
  const signature = await (forgery.signer ?? hub.grant).sign(Buffer.from(input));
  const jws = `${input}.${encodeBase64Url(signature)}`;
  const salt = randomBytes(32);
  const entry = commit(forgery.kind ?? 'grant', salt, Buffer.from(grantDetails(jws)));
  const proof =
    forgery.proof === undefined ? formatProof(await cluster.appendToHubLog(entry)) : await forgery.proof(entry);
  return `${jws}~${encodeBase64Url(salt)}~${encodeBase64Url(Buffer.from(proof))}`;
}
