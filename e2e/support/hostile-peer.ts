/**
 * A peer with a genuine identity and its own real evidence log, which keeps every rule unless a test alters something:
 * the details, the entry, the proof, or what goes on the wire. As a consumer it asks the household's gateways.
 */
import { createHash, randomBytes } from 'node:crypto';
import { commit, type PublicLog, serveTiles } from '@minben/evidence';
import { digestHeaders, type RequestDetails, writeRequestDetails } from '@minben/exchange';
import { makeUuid } from '@minben/kernel';
import type { HeaderList, HttpHandler, TlsIdentity } from '@minben/ports';
import type { Cluster, GatewayName, PeerInHand } from './cluster.ts';
import { type FramedClient, openFramedClient } from './framed-client.ts';
import { openPeerLog, pad } from './hostile-log.ts';
import { sendOverHttp } from './http-client.ts';
import { REGISTER } from './plan.ts';
import { BINDINGS, type Binding, type Made, type Reply, type Wire } from './wire.ts';

/** What a request says; everything has a default that is in order. */
export interface RequestPlan {
  readonly to?: GatewayName;
  /** Service code of the household register; default `open`. */
  readonly service?: string;
  readonly agreement?: string;
  readonly purpose?: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: HeaderList;
  readonly body?: Uint8Array;
  /** Token; its digest enters the details. */
  readonly grant?: string;
  readonly id?: string;
  /** Changes the details before they are written: the entry holds the change. */
  readonly details?: (details: RequestDetails) => object;
  /** Changes the text of the details before it is committed. */
  readonly text?: (text: string) => string;
  /** Kind of the entry, and as what it travels. */
  readonly kind?: string;
  readonly log?: PublicLog;
}

export type Alteration = (wire: Wire, made: Made) => Wire;

export interface HostilePeer {
  readonly hand: PeerInHand;
  readonly log: PublicLog;
  /** Makes a request rightly, its entry durable in the log. */
  make(plan?: RequestPlan): Promise<Made>;
  /** Sends what was made, altered or as it stands. */
  send(binding: Binding, made: Made, alter?: Alteration, to?: GatewayName): Promise<Reply>;
  /** Makes and sends. */
  ask(binding: Binding, plan?: RequestPlan, alter?: Alteration): Promise<Reply>;
  /** A fresh framed connection. */
  connect(to?: GatewayName, identity?: TlsIdentity): Promise<FramedClient>;
  /** A second history under the same origin and key. */
  fork(name: string, size: number): Promise<PublicLog>;
  /** What the public port shows; undefined = the real log's tiles. */
  showPublicly(handler: HttpHandler | undefined): void;
  close(): Promise<void>;
}

const EMPTY = new Uint8Array();

export async function playPeer(cluster: Cluster, hand: PeerInHand, identity = hand.identity): Promise<HostilePeer> {
  const { plan, doors } = hand;
  const log = await openPeerLog(hand, 'log');
  // Two entries, so that the first message already needs a path.
  if (log.head.size === 0) await pad(log, 3);
  const honest = serveTiles(log, () => undefined, '/tlog');
  let shown: HttpHandler = honest;
  doors.onPublic = (request) => shown(request);
  const forks: PublicLog[] = [];
  const connections = new Map<GatewayName, Promise<FramedClient>>();
  let announced = 0;

  const make: HostilePeer['make'] = async (given = {}) => {
    const { service = 'open', method = 'GET', path = '/people/1', body = EMPTY } = given;
    const target = cluster.gateway(given.to ?? 'b1').entry;
    const now = Math.floor(Date.now() / 1000);
    const code = plan.member.split('/')[2] ?? '';
    const own: HeaderList = given.headers ?? [
      ['accept', 'application/json'],
      ['x-road-client', plan.client],
    ];
    const headers: HeaderList = given.grant === undefined ? own : [...own, ['t-road-grant', given.grant]];
    const isConsent = given.grant !== undefined;
    const { bundle } = await currentBundle(cluster);
    const details: RequestDetails = {
      v: 1,
      id: given.id ?? makeUuid(Date.now(), randomBytes(10)),
      from: { client: plan.client, gateway: plan.gateway, member: plan.member },
      to: { gateway: target.id, member: target.member },
      origin: plan.origin,
      service: `${REGISTER}/${service}`,
      serviceVersion: '1',
      method,
      path,
      headers: digestHeaders(headers),
      body: { length: body.length, sha256: sha256(body) },
      ...(given.grant === undefined ? {} : { grant: sha256(Buffer.from(given.grant.split('~', 1)[0] ?? '')) }),
      agreement: given.agreement ?? (isConsent ? `${code}-${service}-consent` : `${code}-${service}`),
      purpose: given.purpose ?? (isConsent ? 'parking-permit' : 'address-check'),
      bundle,
      iat: now,
      exp: now + 30,
    };
    const said = (given.details?.(details) ?? details) as RequestDetails;
    const written = writeRequestDetails(said);
    const text = Buffer.from(given.text?.(written) ?? written);
    const kind = given.kind ?? 'request';
    const salt = randomBytes(32);
    const entry = commit(kind, salt, text);
    const into = given.log ?? log;
    const { index, head, path: inclusion } = await into.append(entry);
    const from = into === log && announced > 0 && announced < head.size ? announced : 0;
    const carried = { from, path: from === 0 ? [] : await into.consistencyPath(from, head.size) };
    const wire: Wire = {
      kind,
      salt,
      details: text,
      index,
      size: head.size,
      path: inclusion,
      checkpoint: head.checkpoint,
      carried,
      headers,
      body,
      method,
      line: path,
      announce: true,
    };
    return { id: details.id, details: said, entry, head, wire };
  };

  const connect: HostilePeer['connect'] = (to = 'b1', as = identity) => {
    const { address, certificates } = cluster.gateway(to).entry;
    return openFramedClient(cluster.network, address, as, certificates);
  };
  const connectionTo = async (to: GatewayName): Promise<FramedClient> => {
    const known = await connections.get(to)?.catch(() => undefined);
    if (known?.isOpen() === true) return known;
    const fresh = connect(to);
    connections.set(to, fresh);
    return fresh;
  };

  const send: HostilePeer['send'] = async (binding, made, alter = (wire) => wire, to = 'b1') => {
    const wire = alter({ ...made.wire }, made);
    if (binding === 'http/1.1') {
      const { address, certificates } = cluster.gateway(to).entry;
      return sendOverHttp(cluster.network, { address, identity, fingerprints: certificates }, wire);
    }
    const client = await connectionTo(to);
    const reply = await client.send(wire);
    // Only what the receiver has surely kept may later heads be proven from.
    if (reply.kind === 'response' && made.wire.size > announced) announced = made.wire.size;
    return reply;
  };

  return {
    hand,
    log,
    make,
    send,
    connect,
    ask: async (binding, given, alter) => send(binding, await make(given), alter, given?.to),
    async fork(name, size) {
      const other = await openPeerLog(hand, name);
      if (other.head.size < size) await pad(other, size - other.head.size);
      forks.push(other);
      return other;
    },
    showPublicly(handler) {
      shown = handler ?? honest;
    },
    async close() {
      for (const connection of connections.values()) (await connection.catch(() => undefined))?.end();
      await Promise.all([log, ...forks].map((each) => each.close()));
    },
  };
}

const versions = new WeakMap<Cluster, number>();

/** The version a request names; asked once, and again after the cluster published. */
async function currentBundle(cluster: Cluster): Promise<{ bundle: number }> {
  let bundle = versions.get(cluster);
  if (bundle === undefined) {
    bundle = (await cluster.bundle()).bundle.version;
    versions.set(cluster, bundle);
  }
  return { bundle };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The other binding's gateway of the city: each of the two speaks one towards peers. */
export function consumerOf(binding: Binding): GatewayName {
  return binding === 't-road/1' ? 'a' : 'a-http';
}

export { BINDINGS, type Binding };
