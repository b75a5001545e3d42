/** The hub on its machine: log, sealed bundle, status list, and its two ports; and the witness of all logs on another. */
import { createWitness, keepWitnessed, type PublicLog, serveTiles, witnessAsHolder } from '@minben/evidence';
import {
  type GrantClaims,
  LeaseRenewal,
  mintGrant,
  type SealedBundle,
  sealBundle,
  signLease,
  subjectInfo,
} from '@minben/exchange';
import type { Clock, HttpHandler, HttpResponse, TlsIdentity } from '@minben/ports';
import { createStatusAuthority, encodeNote, type Journal, openJournal, type StatusAuthority } from '@minben/registry';
import Compile from 'typebox/compile';
import {
  CITY,
  CLIENT,
  GATEWAYS,
  gather,
  HOUSEHOLD,
  HUB_ORIGIN,
  HUB_PORT,
  LEASE_PORT,
  loggerOf,
  logKeyOf,
  type Nation,
  originOf,
  SERVICE,
  SPARE,
  signerOf,
  WITNESS,
  WITNESS_PLACE,
  WITNESS_PORT,
} from './nation.ts';
import { type Watch, watchNetwork } from './watch-network.ts';

export interface Hub {
  readonly journal: Journal;
  readonly status: StatusAuthority;
  /** A grant for one person, whose pseudonym is `person`. */
  grant(person: string, claims: Partial<GrantClaims> & Pick<GrantClaims, 'jti'>): Promise<string>;
  withdraw(jti: string): Promise<void>;
}

const renewalCheck = Compile(LeaseRenewal);

export interface HubChanges {
  readonly watch?: Watch;
  hear?(event: string): void;
}

export async function startWitness({ world }: Nation): Promise<void> {
  const { clock, disk, network } = world.machine('witness').ports;
  const known = new Set(['hub', ...GATEWAYS.map(({ machine }) => machine)].map(originOf));
  const witness = await createWitness({
    disk,
    directory: '/witness',
    name: WITNESS,
    signer: signerOf(WITNESS),
    clock,
    logger: loggerOf(world, 'witness'),
    keysOf: (origin) => (known.has(origin) ? [logKeyOf(origin)] : undefined),
  });
  await network.serve({ host: 'witness', port: WITNESS_PORT }, witness.handler);
}

export async function startHub(nation: Nation, changes: HubChanges = {}): Promise<Hub> {
  const { world, bundle, identities } = nation;
  const { clock, disk, random, network: plain } = world.machine('hub').ports;
  const network = changes.watch === undefined ? plain : watchNetwork(plain, changes.watch);
  const logger = loggerOf(world, 'hub', changes.hear);
  const journal = await openJournal({
    disk,
    directory: '/hub/log',
    origin: HUB_ORIGIN,
    signer: signerOf(HUB_ORIGIN),
    clock,
    logger,
    askOthers: async () => [await askWitness(network, HUB_ORIGIN)],
    gather,
  });
  const log: PublicLog = journal.log;
  keepWitnessed({ log, key: logKeyOf(HUB_ORIGIN), network, logger, witnesses: () => [WITNESS_PLACE], quorum: () => 1 });
  await log.decided();
  const cached = await disk.read('/hub/bundle.json');
  const sealed: SealedBundle =
    cached === undefined
      ? await sealBundle(bundle, { signer: signerOf('bundle'), log, random })
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
  journal.remember({ t: 'lease-length-set', milliseconds: 1_000 });
  await network.serve({ host: 'hub', port: HUB_PORT }, publicHandler(sealed, clock, serveTiles(log, logger, '/tlog')));
  await network.serve(
    { host: 'hub', port: LEASE_PORT, tls: identities.get('hub') as TlsIdentity },
    leaseHandler(status),
  );

  return {
    journal,
    status,
    async grant(person, changed) {
      const now = Math.floor(clock.now() / 1000);
      const sealedSubject = Buffer.from(`${subjectInfo(SERVICE, 'parking-permit')}\n${person}`).toString('base64url');
      const aud = changed.aud ?? [HOUSEHOLD.gateway, SPARE.gateway];
      const claims: GrantClaims = {
        iss: HUB_ORIGIN,
        iat: now,
        nbf: now - 60,
        exp: now + 7_200,
        aud,
        cnf: { member: CITY.member, gateways: [CITY.gateway] },
        client: CLIENT,
        service: SERVICE,
        agreement: 'consent-1',
        purpose: 'parking-permit',
        fields: ['name'],
        basis: 'consent',
        status: journal.book.nextIndex,
        subject: Object.fromEntries(aud.map((gateway) => [gateway, sealedSubject])),
        ...changed,
      };
      const note = encodeNote({
        t: 'grant-minted',
        jti: claims.jti,
        index: claims.status,
        gateways: claims.aud,
        exp: claims.exp,
      });
      const minted = await mintGrant(claims, {
        signer: signerOf('grant'),
        keyId: 'grant-1',
        log,
        random,
        note: () => note,
      });
      if (!minted.ok) throw new Error(minted.error);
      return minted.value.token;
    },
    async withdraw(jti) {
      if (journal.book.withdrawal(jti) !== undefined) return;
      await log.note(
        encodeNote({ t: 'grant-withdrawn', jti, version: journal.book.version + 1, details: '{}', salt: '' }),
      );
      status.announce();
    },
  };
}

/** What the witness holds of a log: the question that comes before the first append after a start. */
export async function askWitness(network: Parameters<typeof witnessAsHolder>[0], origin: string) {
  const holder = witnessAsHolder(network, WITNESS_PLACE, 2_000);
  try {
    const checkpoint = await holder.lastCheckpoint(origin);
    return checkpoint === undefined
      ? ({ from: WITNESS, name: 'none' } as const)
      : ({ from: WITNESS, name: 'head', checkpoint } as const);
  } catch {
    return { from: WITNESS, name: 'unreachable' } as const;
  }
}

function publicHandler(sealed: SealedBundle, { after }: Clock, tiles: HttpHandler): HttpHandler {
  return async (request) => {
    if (request.path.startsWith('/tlog/')) return tiles(request);
    const query = new URLSearchParams(request.path.slice(request.path.indexOf('?')));
    if (query.get('after') === '0') return answerJson(sealed);
    await new Promise<void>((resolve) => void after(Number(query.get('wait')) * 1000, resolve));
    return { status: 204, headers: [], body: new Uint8Array() };
  };
}

function leaseHandler(status: StatusAuthority): HttpHandler {
  return async ({ body }) => {
    const renewal: unknown = JSON.parse(Buffer.from(body).toString());
    if (!renewalCheck.Check(renewal)) return { status: 400, headers: [], body: new Uint8Array() };
    const lease = await status.renew(renewal);
    if (!lease.ok) return { status: 409, headers: [], body: Buffer.from(lease.error) };
    return answerJson(await signLease(lease.value, signerOf('status'), 'status-1'));
  };
}

export function answerJson(value: unknown): HttpResponse {
  return { status: 200, headers: [['content-type', 'application/json']], body: Buffer.from(JSON.stringify(value)) };
}
