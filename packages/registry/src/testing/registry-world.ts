/* oxlint-disable typescript/no-explicit-any -- tests look freely into answers of many shapes */
/** A registry over real files and real sockets, with a witness, two members and their services. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVerifierKey, createWitness, formatVerifierKey, parseVerifierKey } from '@minben/evidence';
import { createSubjectSealer } from '@minben/exchange';
import {
  createFileSigner,
  createJsonLogger,
  createRealClock,
  createRealDisk,
  createRealNetwork,
  createRealRandom,
  type HttpResponse,
  type TlsIdentity,
} from '@minben/ports';
import { onTestFinished } from 'vitest';
import { keyOf, readRecord } from '../ceremony/record.ts';
import { createCertificateRequest } from '../certificate-authority/authority.ts';
import { parseConfig } from '../config.ts';
import type { GatewayOrder } from '../grants/register-gateway.ts';
import { initRegistry } from '../init-registry.ts';
import { type RunningRegistry, runRegistry } from '../run-registry.ts';

export const CONSUMER = 'TW/GOV/VEHICLES';
export const PROVIDER = 'TW/GOV/HOUSEHOLD';
export const SERVICE = `${PROVIDER}/register/residents`;
export const CLIENT = `${CONSUMER}/register`;
export const ORIGIN = 'hub.example/log';

const text = (zh: string, en: string) => ({ 'zh-TW': zh, en });
const FAR = 4_000_000_000;

export interface World {
  readonly directory: string;
  readonly token: string;
  readonly identitySecret: string;
  /** Every log line written so far. */
  readonly lines: string[];
  running: RunningRegistry;
  start(): Promise<RunningRegistry>;
  stop(): Promise<void>;
  /** A call to the operator port with the token. */
  operate(method: string, path: string, body?: unknown): Promise<Answer>;
  call(port: number, method: string, path: string, body?: unknown, headers?: [string, string][]): Promise<Answer>;
  /** A lease renewal over mutual TLS. */
  renew(identity: TlsIdentity, renewal: object): Promise<Answer>;
  writeSource(file: string, value: unknown): Promise<void>;
  /** Registers a gateway of `member` and answers its transport identity. */
  registerGateway(
    member: string,
    code?: string,
  ): Promise<{ answer: Answer; identity: TlsIdentity; sealing: Uint8Array }>;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
  readonly json: any;
}

/** A folder made by `registry init`, the sources of two members, and a witness that runs. */
export async function makeWorld(): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'minben-registry-'));
  const clock = createRealClock();
  const disk = createRealDisk();
  const random = createRealRandom();
  const network = createRealNetwork((error) => lines.push(`handler failed: ${String(error)}`));
  const lines: string[] = [];
  const log = createJsonLogger((line) => lines.push(line), clock);

  const made = await initRegistry(
    directory,
    { instance: 'TW', origin: ORIGIN, witnesses: ['officer'], firstPort: 0, host: '127.0.0.1', sandbox: true },
    { disk, clock, random },
  );
  if (!made.ok) throw new Error(made.error);
  const hubKey = createVerifierKey(ORIGIN, 'log', Buffer.from(keyOf(made.value, 'log').public, 'base64url'));
  const witness = await createWitness({
    disk,
    clock,
    directory: join(directory, 'witness'),
    logger: log,
    name: 'witness.example',
    signer: createFileSigner(randomBytes(32)),
    keysOf: (origin) => (origin === ORIGIN ? [hubKey] : undefined),
  });
  const witnessDoor = await network.serve({ host: '127.0.0.1', port: 0 }, witness.handler);
  const token = (await readFile(join(directory, 'operator.token'), 'utf8')).trim();
  const identitySecret = (await readFile(join(directory, 'identity.secret'), 'utf8')).trim();

  const call: World['call'] = async (port, method, path, body, headers = []) =>
    read(
      await network.request({
        method,
        url: `http://127.0.0.1:${port}${path}`,
        headers,
        ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
        timeoutMs: 20_000,
      }),
    );
  const writeSource: World['writeSource'] = (file, value) =>
    writeFile(join(directory, 'sources', file), typeof value === 'string' ? value : JSON.stringify(value));

  await writeSource('witnesses/one.json', {
    name: 'witness.example',
    key: witness.key,
    url: `http://127.0.0.1:${witnessDoor.port}`,
  });
  await writeSource('purposes/parking.json', { code: 'parking-permit', title: text('停車證', 'Parking permit') });
  await writeSource('members/vehicles.json', {
    id: CONSUMER,
    name: text('監理', 'Vehicles'),
    sector: 'vehicles',
    subsystems: ['register'],
  });
  await writeSource('members/household.json', {
    id: PROVIDER,
    name: text('戶政', 'Household'),
    sector: 'household',
    subsystems: ['register'],
  });

  let running: RunningRegistry | undefined;
  const world: World = {
    directory,
    token,
    identitySecret,
    lines,
    get running() {
      if (!running) throw new Error('the registry does not run');
      return running;
    },
    async start() {
      const config = parseConfig(await readFile(join(directory, 'registry.json'), 'utf8'), directory);
      if (!config.ok) throw new Error(JSON.stringify(config.error));
      const started = await runRegistry(config.value, {
        disk,
        clock,
        random,
        network,
        log,
        sealer: createSubjectSealer(),
      });
      if (!started.ok) throw new Error(started.error);
      running = started.value;
      if (!(await running.started)) throw new Error(`the registry did not start: ${lines.join('')}`);
      return running;
    },
    async stop() {
      await running?.close(1000);
      running = undefined;
    },
    call,
    operate: (method, path, body) =>
      call(world.running.ports.operator, method, path, body, [['authorization', `Bearer ${token}`]]),
    async renew(identity, renewal) {
      const url = `https://127.0.0.1:${world.running.ports.leases}/status/lease`;
      const expectedFingerprints = world.running.registry.store.newest?.bundle.hub.certificates ?? [];
      return read(
        await network.request({
          method: 'POST',
          url,
          body: Buffer.from(JSON.stringify(renewal)),
          tls: identity,
          expectedFingerprints,
          timeoutMs: 20_000,
        }),
      );
    },
    writeSource,
    async registerGateway(member, code = 'gw1') {
      const id = `${member}/${code}`;
      const origin = `${id.toLowerCase().replaceAll('/', '-')}.example`;
      const { request, privateKey } = await createCertificateRequest(id);
      const sealing = generateKeyPairSync('x25519');
      const order: GatewayOrder = {
        id,
        member,
        origin,
        logKey: formatVerifierKey(createVerifierKey(origin, 'log', createFileSigner(randomBytes(32)).publicKey)),
        sealingKey: sealing.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64url'),
        address: '127.0.0.1:7000',
        publicUrl: 'http://127.0.0.1:7001',
        request,
        hosts: [],
      };
      const answer = await world.operate('POST', '/gateways', order);
      return {
        answer,
        identity: {
          certificate: answer.json.certificate ?? '',
          privateKey,
          authorities: answer.json.authorities ?? [],
        },
        sealing: sealing.privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32),
      };
    },
  };
  onTestFinished(async () => {
    await within('registry', world.stop());
    await within('witness', witnessDoor.close(0));
    await within('network', network.close());
    await rm(directory, { recursive: true, force: true });
  });
  return world;
}

/** A started registry with a gateway at each member, one service and one consent-based agreement. */
export async function makeFullWorld() {
  const world = await makeWorld();
  await world.start();
  const consumer = await world.registerGateway(CONSUMER);
  const provider = await world.registerGateway(PROVIDER);
  await writeService(world);
  const published = await world.operate('POST', '/bundle');
  if (published.status !== 200) throw new Error(published.text);
  return { world, consumer, provider };
}

export async function writeService(world: World): Promise<void> {
  await world.writeSource('services/residents.json', {
    id: SERVICE,
    version: '1',
    title: text('戶籍資料', 'Residents'),
    personal: true,
    endpoints: [{ method: 'GET', path: '/resident' }],
    gateways: [`${PROVIDER}/gw1`],
    policy: { withoutHubSeconds: 600, leaseMilliseconds: 1000, headBeforeRelease: false },
  });
  const agreement = {
    client: CLIENT,
    service: SERVICE,
    purposes: ['parking-permit'],
    endpoints: [{ method: 'GET', path: '/resident' }],
    validFrom: 0,
    validUntil: FAR,
    suspendedBy: [],
  };
  await world.writeSource('agreements/consent.json', {
    id: 'by-consent',
    ...agreement,
    basis: { kind: 'consent' },
    fields: ['name', 'address'],
  });
  await world.writeSource('agreements/statute.json', {
    id: 'by-statute',
    ...agreement,
    basis: { kind: 'statute', article: '道路交通管理處罰條例 9-1' },
    fields: ['name'],
  });
}

export const readCeremony = async (world: World) => {
  const record = readRecord(await readFile(join(world.directory, 'keys/ceremony.json')));
  if (!record.ok) throw new Error(record.error);
  return record.value;
};

export const isVerifierKey = (key: string): boolean => parseVerifierKey(key).ok;

function read(response: HttpResponse): Answer {
  const body = Buffer.from(response.body).toString();
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    json = undefined;
  }
  return { status: response.status, text: body, json };
}

/** Ends a clean-up that hangs with the name of what hung, long before the test runner would end it without one. */
async function within(what: string, ending: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} does not end`)), 8_000);
  });
  await Promise.race([ending, late]).finally(() => clearTimeout(timer));
}
