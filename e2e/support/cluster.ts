/**
 * An exchange over real processes, real sockets and real mutual TLS: registry, witness, the city's gateways, the
 * household's gateways with an agency's system behind them, and peers in the hands of the test. Everything listens on
 * free ports of the loopback interface and writes below one temporary folder; `stop` leaves nothing behind.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatewayEntry, SealedBundle, TrustBundle } from '@minben/exchange';
import { createRealNetwork, type HttpResponse, type RealNetwork } from '@minben/ports';
import type { DiskFault, UnsyncedDiskPlan } from '@minben/ports/faulty';
import { createFaultProxy, type FaultProxy } from '@minben/ports/faulty';
import { type Agency, startAgency } from './agency.ts';
import { type Child, type Mutation, startChild } from './child.ts';
import { type HubRelay, startHubRelay } from './hub-relay.ts';
import { openPeerDoors, type PeerDoors } from './peer-doors.ts';
import { GATEWAY_NAMES, type GatewayName, PURPOSES, planContent, planPeers, WITNESS_NAME } from './plan.ts';
import { type Prepared, type PreparedPeer, prepare, writeGatewayFiles } from './prepare.ts';

export type { GatewayName } from './plan.ts';

export interface ClusterOptions {
  /** Gateways to start; default all four. */
  readonly gateways?: readonly GatewayName[];
  /** Identities in the bundle whose gateways the test plays; default 12. */
  readonly peers?: number;
  /** One source text changed in the named processes. */
  readonly mutation?: Mutation & { readonly in: readonly (GatewayName | 'registry' | 'witness')[] };
  readonly unsynced?: Partial<Record<GatewayName, UnsyncedDiskPlan>>;
  /** Time a provider's gateway and its system have, milliseconds. */
  readonly timeoutMs?: number;
  /** Keep the index of receipts in a file. */
  readonly sqlite?: boolean;
}

export interface GatewayPorts {
  readonly mutual: number;
  readonly public: number;
  readonly consumer: number;
  readonly operations: number;
}

/** One gateway process, whichever life it is in. */
export interface GatewayHandle {
  readonly name: GatewayName;
  readonly entry: GatewayEntry;
  readonly ports: GatewayPorts;
  readonly child: Child;
  /** Between this gateway and the hub's public port. */
  readonly hub: HubRelay;
  slowSync(milliseconds: number): Promise<void>;
  failDisk(fault: DiskFault): Promise<void>;
  /** Moves the process's wall clock. */
  moveClock(milliseconds: number): Promise<void>;
  /** Moves the process's monotonic clock on. */
  passTime(milliseconds: number): Promise<void>;
  /** SIGKILL: what the process had not made durable is gone. */
  kill(): Promise<void>;
  /** A new process on the same files and ports. */
  restart(options?: { unsynced?: UnsyncedDiskPlan }): Promise<void>;
  /** Resolves when /readyz answers 200 and the hub has given a lease after this question. */
  ready(): Promise<void>;
  /** The words under `reasons` of /readyz. */
  reasons(): Promise<string[]>;
  get(port: 'public' | 'operations' | 'consumer', path: string): Promise<{ status: number; text: string }>;
}

/** A peer of the bundle, its keys and its open ports. */
export type PeerInHand = PreparedPeer & { readonly doors: PeerDoors };

export interface Cluster {
  readonly folder: string;
  readonly prepared: Prepared;
  readonly network: RealNetwork;
  readonly agency: Agency;
  readonly registry: Child;
  readonly registryPorts: Readonly<Record<'public' | 'leases' | 'operator' | 'identity', number>>;
  readonly witness: Child;
  readonly witnessPort: number;
  readonly witnessKey: string;
  /** Between the gateways and the hub's lease port: cut it, and leases lapse. */
  readonly leases: FaultProxy;
  gateway(name: GatewayName): GatewayHandle;
  /** A peer that nobody has taken before. */
  takePeer(): PeerInHand;
  peer(name: string): PeerInHand;
  operate(method: string, path: string, body?: unknown): Promise<{ status: number; json: unknown; text: string }>;
  /** Changes source files of the bundle (path → document) and publishes; resolves when every gateway that runs holds it. */
  publish(sources: Readonly<Record<string, unknown>>): Promise<number>;
  /** The bundle as the hub serves it now. */
  bundle(): Promise<{ sealed: SealedBundle; bundle: TrustBundle }>;
  /** Appends an entry to the hub's log. */
  appendToHubLog(entry: Uint8Array): Promise<{ index: number; path: Buffer[]; checkpoint: string }>;
  stop(): Promise<void>;
}

const TIMEOUT_MS = 10_000;
const PLACEHOLDER = { address: '127.0.0.1:1', publicUrl: 'http://127.0.0.1:1' };

export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { mutation, timeoutMs = TIMEOUT_MS } = options;
  const names = options.gateways ?? GATEWAY_NAMES;
  const mutationFor = (name: GatewayName | 'registry' | 'witness'): Mutation | undefined =>
    mutation?.in.includes(name) === true ? mutation : undefined;
  // They load their modules while keys and files are made.
  const witness = startChild('witness', mutationFor('witness'));
  const registry = startChild('registry', mutationFor('registry'));
  const children = new Map(names.map((name) => [name, startChild('gateway', mutationFor(name))]));

  const folder = await mkdtemp(join(tmpdir(), 'minben-law-'));
  const network = createRealNetwork();
  const agency = await startAgency();
  const relays = new Map<GatewayName, HubRelay>();
  const peerPlans = planPeers(options.peers ?? 12);
  const free = peerPlans.filter(({ state }) => state === 'good').map(({ name }) => name);
  const prepared = await prepare(folder, peerPlans);
  for (const name of GATEWAY_NAMES) relays.set(name, await startHubRelay());
  const sources = join(folder, 'registry/sources');
  const doors = new Map<string, PeerDoors>();
  for (const { plan, identity } of prepared.peers) doors.set(plan.name, await openPeerDoors(network, identity));

  const own = {
    sqlite: (name: GatewayName): object =>
      options.sqlite === true ? { sqlite: join(folder, name, 'index.sqlite') } : {},
  };
  const orderFor = (name: GatewayName, ports?: GatewayPorts, unsynced = options.unsynced?.[name]): object => {
    const at = (port: number) => ({ host: '127.0.0.1', port });
    const config = writeGatewayFiles(prepared, name, {
      hubUrl: relays.get(name)?.url ?? '',
      agencyPort: agency.port,
      timeoutMs,
      ...(ports === undefined
        ? {}
        : {
            ports: {
              mutual: at(ports.mutual),
              public: at(ports.public),
              consumer: at(ports.consumer),
              operations: at(ports.operations),
            },
          }),
    });
    return { config, ...own.sqlite(name), ...(unsynced === undefined ? {} : { unsynced }) };
  };

  const beginWitness = async () => {
    const logs = [
      prepared.hubLogKey,
      ...Object.values(prepared.gateways).map(({ entry }) => entry.logKey),
      ...prepared.peers.map(({ entry }) => entry.logKey),
    ];
    const directory = join(folder, 'witness/records');
    const order = { name: WITNESS_NAME, keyFile: prepared.witnessKeyFile, directory, port: 0, logs };
    const { ports, key } = (await witness.begin(order)) as { ports: { public: number }; key: string };
    return { port: ports.public, key };
  };
  const writeSource = (file: string, value: unknown): void => writeFileSync(join(sources, file), JSON.stringify(value));
  const entries = new Map<GatewayName, GatewayEntry>();
  const begun = new Map<GatewayName, GatewayPorts>();

  const [witnessed] = await Promise.all([
    beginWitness(),
    ...names.map(async (name) => {
      const { ports } = (await (children.get(name) as Child).begin(orderFor(name))) as { ports: GatewayPorts };
      begun.set(name, ports);
    }),
  ]);
  for (const name of GATEWAY_NAMES) {
    const ports = begun.get(name);
    const place =
      ports === undefined
        ? PLACEHOLDER
        : { address: `127.0.0.1:${ports.mutual}`, publicUrl: `http://127.0.0.1:${ports.public}` };
    entries.set(name, { ...prepared.gateways[name].entry, ...place });
    writeSource(`gateways/${name}.json`, entries.get(name));
  }
  for (const { plan, entry } of prepared.peers) {
    const { address, publicUrl } = doors.get(plan.name) as PeerDoors;
    writeSource(`gateways/${plan.name}.json`, { ...entry, address, publicUrl });
  }
  const content = planContent(peerPlans);
  for (const kind of ['members', 'services', 'agreements'] as const)
    for (const document of content[kind]) writeSource(`${kind}/${document.id.replaceAll('/', '-')}.json`, document);
  for (const code of PURPOSES) writeSource(`purposes/${code}.json`, { code, title: { 'zh-TW': code, en: code } });
  writeSource('witnesses/one.json', {
    name: WITNESS_NAME,
    key: witnessed.key,
    url: `http://127.0.0.1:${witnessed.port}`,
  });

  const proxyTarget = { host: '127.0.0.1', port: 0 };
  const leases = await createFaultProxy({ target: proxyTarget });
  const configFile = join(folder, 'registry/registry.json');
  const config = JSON.parse(readFileSync(configFile, 'utf8')) as { leases: object };
  writeFileSync(
    configFile,
    JSON.stringify({
      ...config,
      leases: { ...config.leases, url: `https://127.0.0.1:${leases.port}` },
      watchMilliseconds: 3_600_000,
    }),
  );
  const { ports: registryPorts } = (await registry.begin({ config: configFile })) as {
    ports: Cluster['registryPorts'];
  };
  proxyTarget.port = registryPorts.leases;
  for (const relay of relays.values()) relay.pointTo(registryPorts.public);
  const token = readFileSync(join(folder, 'registry/operator.token'), 'utf8').trim();

  const request = async (method: string, url: string, body?: unknown, headers: [string, string][] = []) => {
    const answer: HttpResponse = await network.request({
      method,
      url,
      headers,
      ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
      timeoutMs: 20_000,
      maximumBytes: 16 * 1024 * 1024,
    });
    return { status: answer.status, text: Buffer.from(answer.body).toString() };
  };

  const handles = new Map(
    names.map((name): [GatewayName, GatewayHandle] => {
      const relay = relays.get(name) as HubRelay;
      const ports = begun.get(name) as GatewayPorts;
      const child = (): Child => children.get(name) as Child;
      const get: GatewayHandle['get'] = (port, path) => request('GET', `http://127.0.0.1:${ports[port]}${path}`);
      const reasons = async (): Promise<string[]> => {
        const { text } = await get('operations', '/readyz');
        return (JSON.parse(text) as { reasons: { name: string }[] }).reasons.map(({ name: reason }) => reason);
      };
      const handle: GatewayHandle = {
        name,
        entry: entries.get(name) as GatewayEntry,
        ports,
        get child() {
          return child();
        },
        hub: relay,
        slowSync: async (milliseconds) => void (await child().ask({ type: 'slow-sync', milliseconds })),
        failDisk: async (fault) => void (await child().ask({ type: 'fault', fault })),
        moveClock: async (milliseconds) => void (await child().ask({ type: 'move-clock', milliseconds })),
        passTime: async (milliseconds) => void (await child().ask({ type: 'pass-time', milliseconds })),
        async kill() {
          child().kill('SIGKILL');
          await child().exited;
        },
        async restart({ unsynced } = {}) {
          const next = startChild('gateway', mutationFor(name));
          children.set(name, next);
          await next.begin(orderFor(name, ports, unsynced));
        },
        async ready() {
          const leasesNow = async () => Number((await child().ask({ type: 'count-leases' }))['leases']);
          const before = await leasesNow();
          await until(`${name} is ready`, async () => {
            if (!child().isRunning()) throw new Error(`${name} ended: ${child().troubles.join('')}`);
            return (await get('operations', '/readyz')).status === 200 && (await leasesNow()) > before;
          });
        },
        reasons,
        get,
      };
      return [name, handle];
    }),
  );
  const gateway = (name: GatewayName): GatewayHandle => {
    const found = handles.get(name);
    if (found === undefined) throw new Error(`the gateway ${name} was not started`);
    return found;
  };
  const operate: Cluster['operate'] = async (method, path, body) => {
    const url = `http://127.0.0.1:${registryPorts.operator}${path}`;
    const { status, text } = await request(method, url, body, [['authorization', `Bearer ${token}`]]);
    return { status, text, json: text.startsWith('{') ? (JSON.parse(text) as unknown) : undefined };
  };
  const bundle: Cluster['bundle'] = async () => {
    const { text } = await request('GET', `http://127.0.0.1:${registryPorts.public}/bundle?after=0&wait=5`);
    const sealed = JSON.parse(text) as SealedBundle;
    return { sealed, bundle: JSON.parse(sealed.details) as TrustBundle };
  };

  const cluster: Cluster = {
    folder,
    prepared,
    network,
    agency,
    registry,
    registryPorts,
    witness,
    witnessPort: witnessed.port,
    witnessKey: witnessed.key,
    leases,
    gateway,
    takePeer() {
      const name = free.shift();
      if (name === undefined) throw new Error('every peer of this cluster was taken: start it with more');
      return cluster.peer(name);
    },
    peer(name) {
      const found = prepared.peers.find(({ plan }) => plan.name === name);
      if (found === undefined) throw new Error(`no peer ${name}`);
      return { ...found, doors: doors.get(name) as PeerDoors };
    },
    operate,
    async publish(changes) {
      for (const [file, document] of Object.entries(changes)) {
        mkdirSync(join(sources, file, '..'), { recursive: true });
        writeSource(file, document);
      }
      const { status, json, text } = await operate('POST', '/bundle', {});
      if (status !== 200) throw new Error(`the hub published nothing: ${text}`);
      const { version } = json as { version: number };
      const running = [...handles.values()].filter(({ child }) => child.isRunning());
      await Promise.all(
        running.map(({ child }) =>
          child.heard((line) => line.event === 'bundle-accepted' && Number(line['version']) >= version),
        ),
      );
      return version;
    },
    bundle,
    async appendToHubLog(entry) {
      const order = { type: 'append', entry: Buffer.from(entry).toString('hex') };
      const { index, path, checkpoint } = (await registry.ask(order)) as {
        index: number;
        path: string[];
        checkpoint: string;
      };
      return { index, path: path.map((hash) => Buffer.from(hash, 'hex')), checkpoint };
    },
    async stop() {
      await Promise.all([...children.values()].map((child) => child.stop()));
      await Promise.all([registry.stop(), witness.stop()]);
      await Promise.all([...relays.values()].map((relay) => relay.close()));
      await Promise.all([...doors.values()].map((peer) => peer.close()));
      await leases.close();
      await agency.close();
      await network.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
  try {
    await Promise.all([...handles.values()].map((handle) => handle.ready()));
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

/** Asks again and again until `isSo`; for states that other processes reach in their own time. */
export async function until(what: string, isSo: () => Promise<boolean> | boolean, withinMs = 20_000): Promise<void> {
  const end = Date.now() + withinMs;
  for (;;) {
    if (await isSo()) return;
    if (Date.now() > end) throw new Error(`in vain: until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
