/**
 * A small nation in one process: a hub with its log and status list, members with a gateway each, and an agency's
 * system behind each gateway. It stands on the ports of simulated machines; everything above them is the real code.
 */
import { createHash } from 'node:crypto';
import { createVerifierKey, formatVerifierKey, type HeadAnswer, type PublicLog } from '@minben/evidence';
import {
  type Agreement,
  FRAMED_PROTOCOL,
  type GatewayEntry,
  type GrantClaims,
  LeaseRenewal,
  mintGrant,
  type SealedBundle,
  type Service,
  type SubjectSealer,
  sealBundle,
  signLease,
  subjectInfo,
  type TrustBundle,
} from '@minben/exchange';
import {
  type CorePorts,
  createHttpDoor,
  type GatewayCore,
  type Note,
  openCore,
  type RegisterCall,
} from '@minben/gateway';
import { encodeBase64Url, succeed } from '@minben/kernel';
import {
  createFileSigner,
  fingerprintOfPem,
  type HttpHandler,
  type HttpResponse,
  type Logger,
  type TlsIdentity,
} from '@minben/ports';
import { createTestAuthority, type Machine, type TestAuthority, type World } from '@minben/ports/simulated';
import { createStatusAuthority, encodeNote, type Journal, openJournal, type StatusAuthority } from '@minben/registry';
import Compile from 'typebox/compile';

export const HUB_ORIGIN = 'hub.example/log';
export const CLIENT = 'TW/GOV/CITY/portal';
export const SERVICE = 'TW/GOV/HOUSEHOLD/register/residents';

const MUTUAL_PORT = 5000;
const HUB_PORT = 8000;
const LEASE_PORT = 8001;
const YEAR = 365 * 86_400;

/** Keys follow from names, so that a seed is the only thing that a run depends on. */
export function seedOf(name: string): Buffer {
  return createHash('sha256').update(`minben simulation ${name}`).digest();
}

function keyOf(name: string): string {
  return encodeBase64Url(createFileSigner(seedOf(name)).publicKey);
}

function logKeyOf(origin: string): string {
  return formatVerifierKey(createVerifierKey(origin, 'log', createFileSigner(seedOf(origin)).publicKey));
}

/** A sealer without key agreement: real HPKE answers in its own time, which no seed decides. */
export const plainSealer: SubjectSealer = {
  seal: (_key, info, text) => Buffer.from(`${info}\n${text}`).toString('base64url'),
  open(_key, info, sealed) {
    const text = Buffer.from(sealed, 'base64url').toString();
    return text.startsWith(`${info}\n`) ? text.slice(info.length + 1) : undefined;
  },
};

/** Runs what one event brings in one batch; a microtask keeps it within the simulation's turn. */
export function gather(flush: () => void): void {
  queueMicrotask(flush);
}

export interface Hub {
  readonly journal: Journal;
  readonly status: StatusAuthority;
  readonly sealed: SealedBundle;
  grant(claims: Partial<GrantClaims> & Pick<GrantClaims, 'jti' | 'status'>): Promise<string>;
  withdraw(jti: string): Promise<void>;
}

export interface Nation {
  readonly world: World;
  readonly authority: TestAuthority;
  readonly identities: ReadonlyMap<string, TlsIdentity>;
  readonly bundle: TrustBundle;
}

/** A member with one gateway on a machine of that name. */
export interface MemberPlan {
  readonly machine: string;
  readonly member: string;
  readonly subsystem: string;
}

export const MEMBERS: readonly MemberPlan[] = [
  { machine: 'city', member: 'TW/GOV/CITY', subsystem: 'portal' },
  { machine: 'household', member: 'TW/GOV/HOUSEHOLD', subsystem: 'register' },
];

export interface NationChanges {
  readonly service?: Partial<Service>;
  readonly agreements?: readonly Partial<Agreement>[];
}

/** Draws up the trust bundle of the nation; nothing runs yet. */
export function planNation(world: World, changes: NationChanges = {}): Nation {
  const epoch = Date.UTC(2026, 0, 1);
  const authority = createTestAuthority('Simulated authority', world.prng.fork('certificates'), epoch);
  const identities = new Map(
    [...MEMBERS.map(({ machine }) => machine), 'hub'].map((name) => [name, authority.issue(name)]),
  );
  const now = epoch / 1000;
  const validity = { validFrom: now - YEAR, validUntil: now + YEAR };
  const fingerprint = (name: string): string => fingerprintOfPem((identities.get(name) as TlsIdentity).certificate);
  const gateways: GatewayEntry[] = MEMBERS.map(({ machine, member }) => ({
    id: `${member}/gw1`,
    member,
    origin: `${machine}.example/log`,
    logKey: logKeyOf(`${machine}.example/log`),
    sealingKey: encodeBase64Url(seedOf(`${machine} sealing`)),
    address: `${machine}:${MUTUAL_PORT}`,
    publicUrl: `http://${machine}:5001`,
    certificates: [fingerprint(machine)],
    ...validity,
  }));
  const text = (name: string) => ({ 'zh-TW': name, en: name });
  const service: Service = {
    id: SERVICE,
    version: '1',
    title: text('residents'),
    personal: false,
    endpoints: [{ method: '*', path: '/**' }],
    gateways: ['TW/GOV/HOUSEHOLD/gw1'],
    policy: { withoutHubSeconds: 86_400, leaseMilliseconds: 1_000, headBeforeRelease: false },
    ...changes.service,
  };
  const agreement: Agreement = {
    id: 'statute-1',
    client: CLIENT,
    service: SERVICE,
    basis: { kind: 'statute', article: 'Household Registration Act art. 67' },
    purposes: ['address-check'],
    endpoints: [{ method: '*', path: '/**' }],
    fields: ['name', 'address.county', 'note'],
    ...validity,
    suspendedBy: [],
  };
  const consent: Agreement = {
    ...agreement,
    id: 'consent-1',
    basis: { kind: 'consent' },
    purposes: ['parking-permit'],
  };
  const bundle: TrustBundle = {
    v: 1,
    instance: 'TW',
    version: 1,
    previous: '',
    issuedAt: now,
    policy: { maximumAgeSeconds: YEAR, freshnessSeconds: 30, retrySeconds: 86_400 },
    hub: {
      origin: HUB_ORIGIN,
      logKey: logKeyOf(HUB_ORIGIN),
      url: `http://hub:${HUB_PORT}`,
      leaseUrl: `https://hub:${LEASE_PORT}`,
      certificates: [fingerprint('hub')],
    },
    keys: {
      bundle: keyOf('bundle'),
      grants: [{ id: 'grant-1', key: keyOf('grant'), ...validity }],
      status: [{ id: 'status-1', key: keyOf('status'), ...validity }],
      identity: keyOf('identity'),
    },
    authorities: [authority.certificate],
    witnesses: [],
    witnessQuorum: 0,
    purposes: ['address-check', 'parking-permit'].map((code) => ({ code, title: text(code) })),
    members: MEMBERS.map(({ member, subsystem }) => ({
      id: member,
      name: text(member),
      sector: subsystem,
      subsystems: [subsystem],
    })),
    gateways,
    services: [service],
    agreements: (changes.agreements ?? [{}]).flatMap((change) => [{ ...agreement, ...change }]).concat(consent),
  };
  return { world, authority, identities, bundle };
}

/** Nobody holds a head of this log: what a first start hears from its witness. */
export const nobodyKnowsIt = (): Promise<HeadAnswer[]> => Promise.resolve([{ from: 'witness', name: 'none' }]);

export function loggerOf(world: World, machine: string): Logger {
  return (level, event, fields = {}) => {
    world.note(`${machine} ${level} ${event} ${Object.values(fields).join(' ')}`.trimEnd());
  };
}

/** Starts the hub on its machine: log, sealed bundle, status list, its two ports. */
export async function startHub(nation: Nation): Promise<Hub> {
  const { world, bundle, identities } = nation;
  const { clock, disk, network, random } = world.machine('hub').ports;
  const journal = await openJournal({
    disk,
    directory: '/hub/log',
    origin: HUB_ORIGIN,
    signer: createFileSigner(seedOf(HUB_ORIGIN)),
    clock,
    logger: loggerOf(world, 'hub'),
    askOthers: nobodyKnowsIt,
    gather,
  });
  const log: PublicLog = journal.log;
  await log.decided();
  const cached = await disk.read('/hub/bundle.json');
  const sealed: SealedBundle =
    cached === undefined
      ? await sealBundle(bundle, { signer: createFileSigner(seedOf('bundle')), log, random })
      : (JSON.parse(cached.toString()) as SealedBundle);
  if (cached === undefined) await disk.writeAtomically('/hub/bundle.json', Buffer.from(JSON.stringify(sealed)));
  const status = createStatusAuthority({
    clock,
    book: journal.book,
    leaseMilliseconds: 1_000,
    bundleVersion: () => bundle.version,
    isWritable: () => log.state.name === 'writable',
    remember: (note) => journal.remember(note),
  });
  await network.serve({ host: 'hub', port: HUB_PORT }, bundleHandler(sealed, clock.after));
  await network.serve(
    { host: 'hub', port: LEASE_PORT, tls: identities.get('hub') as TlsIdentity },
    leaseHandler(status),
  );

  return {
    journal,
    status,
    sealed,
    async grant(changes) {
      const now = Math.floor(clock.now() / 1000);
      const claims: GrantClaims = {
        iss: HUB_ORIGIN,
        iat: now,
        nbf: now - 60,
        exp: now + 3_600,
        aud: ['TW/GOV/HOUSEHOLD/gw1'],
        cnf: { member: 'TW/GOV/CITY', gateways: ['TW/GOV/CITY/gw1'] },
        client: CLIENT,
        service: SERVICE,
        agreement: 'consent-1',
        purpose: 'parking-permit',
        fields: ['name'],
        basis: 'consent',
        subject: {
          'TW/GOV/HOUSEHOLD/gw1': Buffer.from(`${subjectInfo(SERVICE, 'parking-permit')}\nPSEUDONYM`).toString(
            'base64url',
          ),
        },
        ...changes,
      };
      const note = encodeNote({
        t: 'grant-minted',
        jti: claims.jti,
        index: claims.status,
        gateways: claims.aud,
        exp: claims.exp,
      });
      const minted = await mintGrant(claims, {
        signer: createFileSigner(seedOf('grant')),
        keyId: 'grant-1',
        log,
        random,
        note: () => note,
      });
      if (!minted.ok) throw new Error(minted.error);
      return minted.value.token;
    },
    async withdraw(jti) {
      await log.note(
        encodeNote({ t: 'grant-withdrawn', jti, version: journal.book.version + 1, details: '{}', salt: '' }),
      );
      status.announce();
    },
  };
}

function bundleHandler(sealed: SealedBundle, after: World['after'] | CorePorts['clock']['after']): HttpHandler {
  return async ({ path }) => {
    const query = new URLSearchParams(path.slice(path.indexOf('?')));
    if (query.get('after') === '0') return answerJson(sealed);
    await new Promise<void>((resolve) => void after(Number(query.get('wait')) * 1000, resolve));
    return { status: 204, headers: [], body: new Uint8Array() };
  };
}

function leaseHandler(status: StatusAuthority): HttpHandler {
  const renewalCheck = Compile(LeaseRenewal);
  return async ({ body }) => {
    const renewal: unknown = JSON.parse(Buffer.from(body).toString());
    if (!renewalCheck.Check(renewal)) return { status: 400, headers: [], body: new Uint8Array() };
    const lease = await status.renew(renewal);
    if (!lease.ok) return { status: 409, headers: [], body: Buffer.from(lease.error) };
    return answerJson(await signLease(lease.value, createFileSigner(seedOf('status')), 'status-1'));
  };
}

function answerJson(value: unknown): HttpResponse {
  return { status: 200, headers: [['content-type', 'application/json']], body: Buffer.from(JSON.stringify(value)) };
}

export interface RunningGateway {
  readonly core: GatewayCore;
  /** Every note that became durable or was replayed, in order. */
  readonly notes: readonly Note[];
  readonly refusals: readonly { readonly rule: string; readonly peer: string | undefined }[];
}

export interface GatewayChanges {
  readonly binding?: 't-road/1' | 'http/1.1';
  readonly timeoutMs?: number;
  readonly ports?: Partial<CorePorts>;
  /** The agency's system behind the gateway. */
  system?(call: RegisterCall): Promise<HttpResponse>;
}

/** Starts the gateway of a member in the present life of its machine. */
export async function startGateway(
  nation: Nation,
  plan: MemberPlan,
  changes: GatewayChanges = {},
): Promise<RunningGateway> {
  const machine: Machine = nation.world.machine(plan.machine);
  const { clock, disk, network, random } = machine.ports;
  const notes: Note[] = [];
  const refusals: { rule: string; peer: string | undefined }[] = [];
  const identity = nation.identities.get(plan.machine) as TlsIdentity;
  const core = await openCore(
    {
      id: `${plan.member}/gw1`,
      origin: `${plan.machine}.example/log`,
      directory: '/gateway',
      hubUrl: `http://hub:${HUB_PORT}`,
      pinned: { pinnedKey: keyOf('bundle'), hubLogKey: logKeyOf(HUB_ORIGIN) },
      binding: changes.binding ?? 't-road/1',
      timeoutMs: changes.timeoutMs ?? 5_000,
      maximumInFlight: 1_000,
    },
    {
      clock,
      disk,
      network,
      random,
      logger: loggerOf(nation.world, plan.machine),
      signer: createFileSigner(seedOf(`${plan.machine}.example/log`)),
      sealer: plainSealer,
      sealingKey: seedOf(`${plan.machine} sealing`),
      register: { forward: async (call) => succeed(await (changes.system ?? answerResident)(call)) },
      identity: () => identity,
      gather,
      askOthers: nobodyKnowsIt,
      tiles: () => ({ rootsAt: () => Promise.reject(new Error('not served')) }),
      findOlder: () => Promise.resolve(undefined),
      onNote: (note) => void notes.push(note),
      onRefused: (rule, peer) => void refusals.push({ rule, peer }),
      onAnswered: () => undefined,
      onBug(error) {
        throw error;
      },
      ...changes.ports,
    },
  );
  await network.serveMutual(
    { host: plan.machine, port: MUTUAL_PORT, tls: identity, streamProtocol: FRAMED_PROTOCOL },
    (stream) => core.framedDoor.serve(stream),
    createHttpDoor({ ear: core.ear, receive: core.receive, tell: core.tell }),
  );
  return { core, notes, refusals };
}

function answerResident(): Promise<HttpResponse> {
  const resident = { name: '王小明', address: { county: '臺北市', street: '不該外流' }, secret: 'not agreed' };
  return Promise.resolve(answerJson(resident));
}
