/**
 * A whole exchange in child processes over real sockets and mutual TLS, each of them on a disk that forgets what was
 * not synced. Only ports that outlive their processes are known to others; every process listens on port 0.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createRealNetwork, type RealNetwork } from '@minben/ports';
import type { RegisteredGateway } from '@minben/registry';
import { type Agency, startAgency } from './agency.ts';
import { call, type JsonAnswer } from './http.ts';
import { AGREEMENTS, GATEWAY_NAMES, KINDS, type Kind, RESIDENTS } from './places.ts';
import { type Prepared, prepareExchange, writeJson, writePrivately } from './prepare.ts';
import { createProcess, type Mutation, type Ports, type Process } from './process.ts';
import { type Relay, startRelay } from './relay.ts';
import { until } from './until.ts';

export interface Cluster {
  readonly root: string;
  readonly network: RealNetwork;
  readonly agency: Agency;
  readonly prepared: Prepared;
  readonly processes: Readonly<Record<Kind, Process>>;
  /** Base addresses that hold through every restart. */
  readonly urls: Readonly<Record<'consumer' | 'provider' | 'hub' | 'witness', string>>;
  /** A call to the registry's operator port; rejects while nobody listens there. */
  operate(method: string, path: string, body?: object): Promise<JsonAnswer>;
  /** What a process says of itself on its operations port: names of reasons; rejects while nobody listens there. */
  reasons(kind: Exclude<Kind, 'witness'>): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface ClusterOptions {
  /** Broken promises, by process. */
  readonly mutations?: Partial<Record<Kind, Mutation>>;
  /** Milliseconds that the agency's system takes. */
  readonly delay?: () => number;
}

/** Everything runs and is ready when this resolves. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const root = await mkdtemp(join(tmpdir(), 'minben-durability-'));
  const network = createRealNetwork();
  const agency = await startAgency(options.delay ?? (() => 0));
  const relays = {
    hub: await startRelay(),
    leases: await startRelay(),
    witness: await startRelay(),
    consumerMutual: await startRelay(),
    consumerPublic: await startRelay(),
    providerMutual: await startRelay(),
    providerPublic: await startRelay(),
  };
  const prepared = await prepareExchange(
    root,
    {
      hub: relays.hub.port,
      leases: relays.leases.port,
      witness: relays.witness.port,
      gateways: {
        consumer: { mutual: relays.consumerMutual.port, public: relays.consumerPublic.port },
        provider: { mutual: relays.providerMutual.port, public: relays.providerPublic.port },
      },
    },
    agency.port,
  );
  const behind: Record<Kind, Readonly<Record<string, Relay>>> = {
    consumer: { mutual: relays.consumerMutual, public: relays.consumerPublic },
    provider: { mutual: relays.providerMutual, public: relays.providerPublic },
    registry: { public: relays.hub, leases: relays.leases },
    witness: { public: relays.witness },
  };
  const make = (kind: Kind): Process =>
    createProcess({
      name: kind,
      entry: kind === 'consumer' || kind === 'provider' ? 'gateway' : kind,
      config: prepared.configs[kind],
      mutation: options.mutations?.[kind],
      onPorts(ports: Ports | undefined) {
        for (const [door, relay] of Object.entries(behind[kind])) relay.pointTo(ports?.[door]);
      },
    });
  const processes = {
    consumer: make('consumer'),
    provider: make('provider'),
    registry: make('registry'),
    witness: make('witness'),
  };

  const operate: Cluster['operate'] = (method, path, body) => {
    const port = processes.registry.ports?.['operator'];
    if (port === undefined) return Promise.reject(new Error('the registry does not run'));
    return call(network, method, `http://127.0.0.1:${port}${path}`, {
      headers: [['authorization', `Bearer ${prepared.operatorToken}`]],
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  };
  const reasons: Cluster['reasons'] = async (kind) => {
    const port = processes[kind].ports?.[kind === 'registry' ? 'operator' : 'operations'];
    if (port === undefined) throw new Error(`the ${kind} does not run`);
    const { json } = await call(network, 'GET', `http://127.0.0.1:${port}/readyz`);
    return (json['reasons'] as readonly (string | { readonly name: string })[]).map((reason) =>
      typeof reason === 'string' ? reason : reason.name,
    );
  };
  const cluster: Cluster = {
    root,
    network,
    agency,
    prepared,
    processes,
    urls: {
      consumer: `http://127.0.0.1:${relays.consumerPublic.port}`,
      provider: `http://127.0.0.1:${relays.providerPublic.port}`,
      hub: `http://127.0.0.1:${relays.hub.port}`,
      witness: `http://127.0.0.1:${relays.witness.port}`,
    },
    operate,
    reasons,
    async close() {
      for (const kind of KINDS) await processes[kind].close();
      for (const relay of Object.values(relays)) await relay.close();
      await agency.close();
      await network.close();
      await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
  try {
    await bringUp(cluster);
  } catch (error) {
    const said = KINDS.flatMap((kind) => processes[kind].lines.slice(-5).map((line) => `${kind}: ${line}`));
    await cluster.close();
    throw new Error(`the exchange did not come up\n${said.join('\n')}`, { cause: error });
  }
  return cluster;
}

async function bringUp(cluster: Cluster): Promise<void> {
  const { processes, prepared, operate, reasons } = cluster;
  await Promise.all([processes.witness.start(), processes.registry.start()]);
  await until('the registry writes', async () => !(await reasons('registry')).some((name) => name.startsWith('log-')));
  for (const name of GATEWAY_NAMES) {
    const { status, json, text } = await operate('POST', '/gateways', prepared.orders[name]);
    if (status !== 201) throw new Error(`${name} was not registered: ${text}`);
    const { certificate, authorities } = json as unknown as RegisteredGateway;
    const folder = dirname(prepared.configs[name]);
    writePrivately(join(folder, 'gateway.crt'), certificate);
    writePrivately(join(folder, 'authorities.crt'), authorities.join(''));
  }
  writeJson(join(prepared.sources, 'services', 'residents.json'), RESIDENTS);
  for (const agreement of AGREEMENTS)
    writeJson(join(prepared.sources, 'agreements', `${agreement.id}.json`), agreement);
  const published = await operate('POST', '/bundle', {});
  if (published.status !== 200) throw new Error(`no bundle: ${published.text}`);
  await Promise.all(GATEWAY_NAMES.map((name) => processes[name].start()));
  for (const name of GATEWAY_NAMES) await until(`the ${name} is ready`, async () => (await reasons(name)).length === 0);
}
