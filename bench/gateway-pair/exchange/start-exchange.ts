/**
 * Stands up a whole exchange of real processes on free loopback ports: witness, registry, and the gateways of two
 * members, each with its own keys, log and index in a folder of its own. Nothing in them knows that it is measured.
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVerifierKey, formatVerifierKey, type TrustPolicy } from '@minben/evidence';
import { createRealClock, createRealDisk, createRealRandom, rawPublicKey } from '@minben/ports';
import {
  type CeremonyRecord,
  createCertificateRequest,
  initRegistry,
  keyOf,
  type RegisteredGateway,
} from '@minben/registry';
import { findPort } from '../../harness/find-port.ts';
import { type RunningProcess, startNode } from '../../harness/run-process.ts';
import { CONSUMER, PROVIDER, SERVICE, writeAgreement, writeMembers } from './registry-files.ts';
import type { GatewaySettings, RegistrySettings, WitnessSettings } from './settings.ts';

export interface StartedGateway extends RunningProcess {
  readonly id: string;
  readonly ports: { readonly consumer: number; readonly public: number; readonly operations: number };
}

export interface Exchange {
  readonly consumer: StartedGateway;
  readonly provider: StartedGateway;
  /** Registry and witness: they work while the gateways are measured. */
  readonly helpers: readonly number[];
  /** What an outsider needs to verify receipts. */
  readonly policy: TrustPolicy;
  stop(): Promise<void>;
}

/** On the disk where data folders live: the system's temporary folder may be memory. */
const FOLDER = fileURLToPath(new URL('../../../var/bench', import.meta.url));
const HUB_ORIGIN = 'bench.minben.example/hub';
const WITNESS_NAME = 'bench.minben.example/witness';

interface Member {
  readonly id: string;
  readonly origin: string;
  readonly logKey: KeyObject;
  readonly sealingKey: KeyObject;
  readonly verifierKey: string;
}

/** `backendPort`: the register behind the provider's gateway. */
export async function startExchange(backendPort: number, nodeArguments: readonly string[] = []): Promise<Exchange> {
  mkdirSync(FOLDER, { recursive: true });
  const folder = mkdtempSync(join(FOLDER, 'gateway-pair-'));
  const started: RunningProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const running of [...started].reverse()) await running.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const start = async <S>(program: string, settings: S, own: readonly string[] = []): Promise<RunningProcess> => {
    const running = await startNode(fileURLToPath(new URL(program, import.meta.url)), settings, { nodeArguments: own });
    started.push(running);
    return running;
  };
  try {
    const directory = join(folder, 'registry');
    const record = await makeRegistry(directory);
    const members = [CONSUMER, PROVIDER].map(makeMember);
    const hubKey = verifierKey(HUB_ORIGIN, Buffer.from(keyOf(record, 'log').public, 'base64url'));
    const logs = [hubKey, ...members.map((member) => member.verifierKey)];

    const witness = await start<WitnessSettings>('witness.ts', {
      name: WITNESS_NAME,
      key: toPem(generateKeyPairSync('ed25519').privateKey),
      directory: join(folder, 'witness'),
      logs,
    });
    const { port, key } = witness.ready as { port: number; key: string };
    writeMembers(join(directory, 'sources'), { name: WITNESS_NAME, key, url: `http://127.0.0.1:${port}` });
    const registry = await start<RegistrySettings>('registry.ts', { directory });
    const doors = registry.ready as { public: number; operator: number };
    const operate = createOperator(directory, doors.operator);

    const ordered: GatewaySettings[] = [];
    for (const member of members) {
      const settings = await registerGateway(member, operate, join(folder, member.id.replaceAll('/', '-')), {
        url: `http://127.0.0.1:${doors.public}`,
        bundleKey: keyOf(record, 'bundle').public,
        hubLogKey: hubKey,
      });
      const registers = member.id === PROVIDER ? { [SERVICE]: `http://127.0.0.1:${backendPort}` } : {};
      ordered.push({ ...settings, registers });
    }
    writeAgreement(join(directory, 'sources'));
    await operate('/bundle', {});

    const gateways: StartedGateway[] = [];
    for (const settings of ordered) {
      const running = await start('gateway.ts', settings, nodeArguments);
      gateways.push({ ...running, id: settings.config.gateway, ports: running.ready as StartedGateway['ports'] });
    }
    const [consumer, provider] = gateways as [StartedGateway, StartedGateway];
    for (const { ports } of gateways) await waitUntilReady(ports.operations);
    return {
      consumer,
      provider,
      helpers: [witness.pid, registry.pid],
      policy: {
        v: 1,
        logs: members.map((member) => ({ key: member.verifierKey, gateway: `${member.id}/gw1` })),
        witnesses: [key],
        quorum: 1,
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function makeRegistry(directory: string): Promise<CeremonyRecord> {
  const order = { instance: 'TW', origin: HUB_ORIGIN, witnesses: ['bench'], firstPort: 0, host: '127.0.0.1' };
  const ports = { clock: createRealClock(), disk: createRealDisk(), random: createRealRandom() };
  const made = await initRegistry(directory, { ...order, sandbox: true }, ports);
  if (!made.ok) throw new Error(`the registry could not be made: ${made.error}`);
  return made.value;
}

function makeMember(id: string): Member {
  const origin = `bench.minben.example/${id.split('/').at(-1)?.toLowerCase()}`;
  const logKey = generateKeyPairSync('ed25519').privateKey;
  return {
    id,
    origin,
    logKey,
    sealingKey: generateKeyPairSync('x25519').privateKey,
    verifierKey: verifierKey(origin, rawPublicKey(logKey)),
  };
}

type Operate = (path: string, body: object) => Promise<unknown>;

function createOperator(directory: string, port: number): Operate {
  const token = readFileSync(join(directory, 'operator.token'), 'utf8').trim();
  return async (path, body) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`the registry refused ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
}

async function registerGateway(
  member: Member,
  operate: Operate,
  directory: string,
  registry: GatewaySettings['config']['registry'],
): Promise<Omit<GatewaySettings, 'registers'>> {
  const id = `${member.id}/gw1`;
  const { request, privateKey } = await createCertificateRequest(id);
  const ports = { mutual: await findPort(), public: await findPort() };
  const registered = (await operate('/gateways', {
    id,
    member: member.id,
    origin: member.origin,
    logKey: member.verifierKey,
    sealingKey: rawPublicKey(member.sealingKey).toString('base64url'),
    address: `127.0.0.1:${ports.mutual}`,
    publicUrl: `http://127.0.0.1:${ports.public}`,
    request,
    hosts: ['127.0.0.1'],
  })) as RegisteredGateway;
  const door = (port: number) => ({ host: '127.0.0.1', port });
  return {
    config: {
      mode: 'development',
      gateway: id,
      member: member.id,
      origin: member.origin,
      directory,
      registry,
      keys: { log: '', sealing: '', transport: '' },
      certificate: '',
      authorities: '',
      ports: { mutual: door(ports.mutual), public: door(ports.public), consumer: door(0), operations: door(0) },
      binding: 't-road/1',
      timeoutMs: 30_000,
      maximumInFlight: 1_024,
    },
    secrets: {
      logKey: toPem(member.logKey),
      identity: { certificate: registered.certificate, privateKey, authorities: registered.authorities },
    },
    sealingKey: Buffer.from(member.sealingKey.export({ format: 'jwk' }).d as string, 'base64url').toString('base64'),
  };
}

async function waitUntilReady(operationsPort: number): Promise<void> {
  let last = '';
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const answer = await fetch(`http://127.0.0.1:${operationsPort}/readyz`);
    last = await answer.text();
    if (answer.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`a gateway did not become ready: ${last}`);
}

function verifierKey(origin: string, publicKey: Uint8Array): string {
  return formatVerifierKey(createVerifierKey(origin, 'log', publicKey));
}

function toPem(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }) as string;
}
