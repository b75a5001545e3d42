/** Keys, configurations and source files of a new exchange in one folder, before any process runs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createVerifierKey, formatVerifierKey } from '@minben/evidence';
import {
  createRealClock,
  createRealDisk,
  createRealRandom,
  generateKeyFile,
  rawPublicKey,
  readKeyFile,
} from '@minben/ports';
import { createCertificateRequest, type GatewayOrder, initRegistry, keyOf } from '@minben/registry';
import type { WitnessFile } from '../entries/witness.ts';
import {
  AUDITOR_ORIGIN,
  GATEWAY_NAMES,
  GATEWAYS,
  type GatewayName,
  HUB_ORIGIN,
  MEMBERS,
  PURPOSES,
  SERVICE,
  WITNESS_NAME,
} from './places.ts';

/** Where the doors that others are told of stand: ports that outlive the processes behind them. */
export interface Addresses {
  readonly hub: number;
  readonly leases: number;
  readonly witness: number;
  readonly gateways: Readonly<Record<GatewayName, { readonly mutual: number; readonly public: number }>>;
}

export interface Prepared {
  readonly configs: Readonly<Record<'registry' | 'witness' | GatewayName, string>>;
  readonly sources: string;
  readonly operatorToken: string;
  readonly orders: Readonly<Record<GatewayName, GatewayOrder>>;
  /** Verifier keys in text, by origin. */
  readonly logKeys: Readonly<Record<string, string>>;
  readonly witnessKey: string;
  /** Seed of the auditor's log. */
  readonly auditorKey: string;
}

const HOST = '127.0.0.1';
const PROVIDER_TIMEOUT_MS = 2_000;
const disk = createRealDisk();

export async function prepareExchange(root: string, addresses: Addresses, systemPort: number): Promise<Prepared> {
  const registry = join(root, 'registry');
  const random = createRealRandom();
  const made = await initRegistry(
    registry,
    { instance: 'TW', origin: HUB_ORIGIN, witnesses: ['officer'], firstPort: 0, host: HOST, sandbox: true },
    { disk, clock: createRealClock(), random },
  );
  if (!made.ok) throw new Error(made.error);
  const registryConfig = join(registry, 'registry.json');
  changeJson(registryConfig, await readText(registryConfig), {
    public: { host: HOST, port: 0, url: `http://${HOST}:${addresses.hub}` },
    leases: { host: HOST, port: 0, url: `https://${HOST}:${addresses.leases}` },
  });

  const auditor = await makeKey(join(root, 'auditor.key'), 'ed25519');
  const witness = await makeKey(join(root, 'witness.key'), 'ed25519');
  const witnessKey = formatVerifierKey(createVerifierKey(WITNESS_NAME, 'witness', witness));
  const logKeys: Record<string, string> = {
    [HUB_ORIGIN]: logKey(HUB_ORIGIN, Buffer.from(keyOf(made.value, 'log').public, 'base64url')),
    [AUDITOR_ORIGIN]: logKey(AUDITOR_ORIGIN, auditor),
  };
  const orders: Partial<Record<GatewayName, GatewayOrder>> = {};
  const configs: Record<string, string> = {
    registry: registryConfig,
    witness: join(root, 'witness.json'),
  };
  for (const name of GATEWAY_NAMES) {
    const { id, member, origin } = GATEWAYS[name];
    const own = join(root, name);
    mkdirSync(own, { mode: 0o700 });
    logKeys[origin] = logKey(origin, await makeKey(join(own, 'log.key'), 'ed25519'));
    const sealing = await makeKey(join(own, 'sealing.key'), 'x25519');
    const { request, privateKey } = await createCertificateRequest(id);
    writePrivately(join(own, 'transport.key'), privateKey);
    writePrivately(join(own, 'secret'), random.bytes(32).toString('base64url'));
    orders[name] = {
      id,
      member,
      origin,
      logKey: logKeys[origin],
      sealingKey: sealing.toString('base64url'),
      address: `${HOST}:${addresses.gateways[name].mutual}`,
      publicUrl: `http://${HOST}:${addresses.gateways[name].public}`,
      request,
      hosts: [HOST],
    };
    configs[name] = join(own, 'gateway.json');
    const door = { host: HOST, port: 0 };
    writeJson(configs[name], {
      mode: 'development',
      gateway: id,
      origin,
      directory: 'data',
      registry: {
        url: `http://${HOST}:${addresses.hub}`,
        bundleKey: keyOf(made.value, 'bundle').public,
        hubLogKey: logKeys[HUB_ORIGIN],
      },
      keys: { log: 'log.key', sealing: 'sealing.key', transport: 'transport.key' },
      certificate: 'gateway.crt',
      authorities: 'authorities.crt',
      ports: { mutual: door, public: door, consumer: door, operations: door },
      timeoutMs: PROVIDER_TIMEOUT_MS,
      ...(name === 'provider'
        ? { registers: { secret: 'secret', services: { [SERVICE]: { baseUrl: `http://${HOST}:${systemPort}` } } } }
        : {}),
    });
  }
  writeJson(configs['witness'] as string, {
    name: WITNESS_NAME,
    keyFile: join(root, 'witness.key'),
    directory: join(root, 'witness'),
    logs: Object.values(logKeys),
  } satisfies WitnessFile);

  const sources = join(registry, 'sources');
  for (const member of MEMBERS) writeJson(join(sources, 'members', `${member.sector}.json`), member);
  for (const code of PURPOSES)
    writeJson(join(sources, 'purposes', `${code}.json`), { code, title: { 'zh-TW': code, en: code } });
  writeJson(join(sources, 'witnesses', 'one.json'), {
    name: WITNESS_NAME,
    key: witnessKey,
    url: `http://${HOST}:${addresses.witness}`,
  });
  return {
    configs: configs as Prepared['configs'],
    sources,
    operatorToken: (await readText(join(registry, 'operator.token'))).trim(),
    orders: orders as Prepared['orders'],
    logKeys,
    witnessKey,
    auditorKey: await readText(join(root, 'auditor.key')),
  };
}

async function makeKey(path: string, kind: 'ed25519' | 'x25519'): Promise<Buffer> {
  await generateKeyFile(disk, path, kind);
  const key = await readKeyFile(disk, path, kind);
  if (!key.ok) throw new Error(`${path}: ${key.error}`);
  return Buffer.from(rawPublicKey(key.value));
}

function logKey(origin: string, publicKey: Uint8Array): string {
  return formatVerifierKey(createVerifierKey(origin, 'log', publicKey));
}

async function readText(path: string): Promise<string> {
  return (await disk.read(path))?.toString() ?? '';
}

function changeJson(path: string, text: string, changes: object): void {
  writeJson(path, { ...(JSON.parse(text) as object), ...changes });
}

export function writeJson(path: string, value: unknown): void {
  writePrivately(path, JSON.stringify(value, undefined, 2));
}

export function writePrivately(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
}
