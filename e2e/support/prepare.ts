/** The files that the processes start from: keys of the hub, of each gateway and of the witness, certificates, sources. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createVerifierKey, formatVerifierKey } from '@minben/evidence';
import type { GatewayEntry } from '@minben/exchange';
import type { GatewayFile } from '@minben/gateway';
import {
  createFileSigner,
  createRealClock,
  createRealDisk,
  createRealRandom,
  type FileSigner,
  generateKeyFile,
  type TlsIdentity,
} from '@minben/ports';
import { fingerprintOf, initRegistry, issueCertificate, keyOf, type RegistryKeys, readKeys } from '@minben/registry';
import { ENDED, GATEWAY_NAMES, GATEWAYS, type GatewayName, HUB_ORIGIN, type PeerPlan, VALID } from './plan.ts';

const random = createRealRandom();
const clock = createRealClock();
const disk = createRealDisk();
const LOOPBACK = '127.0.0.1';
const ANYWHERE = { host: LOOPBACK, port: 0 };

/** What a gateway is to the outside, and what only it knows. */
export interface PreparedGateway {
  readonly entry: Omit<GatewayEntry, 'address' | 'publicUrl'>;
  readonly identity: TlsIdentity;
  readonly signer: FileSigner;
  readonly folder: string;
}

export interface PreparedPeer extends PreparedGateway {
  readonly plan: PeerPlan;
}

export interface Prepared {
  readonly folder: string;
  readonly hub: RegistryKeys;
  readonly successor: FileSigner;
  readonly hubLogKey: string;
  readonly gateways: Readonly<Record<GatewayName, PreparedGateway>>;
  readonly peers: readonly PreparedPeer[];
  /** A certificate of the same authority that no bundle names. */
  readonly stranger: TlsIdentity;
  readonly registerSecret: string;
  readonly witnessKeyFile: string;
}

export async function prepare(folder: string, peers: readonly PeerPlan[]): Promise<Prepared> {
  const order = {
    instance: 'TW',
    origin: HUB_ORIGIN,
    witnesses: ['test'],
    firstPort: 0,
    host: LOOPBACK,
    sandbox: true,
  };
  const made = await initRegistry(join(folder, 'registry'), order, { disk, clock, random });
  if (!made.ok) throw new Error(made.error);
  const keys = await readKeys(disk, join(folder, 'registry/keys'));
  if (!keys.ok) throw new Error(keys.error);
  const hub = keys.value;
  const successorPem = await disk.read(join(folder, 'registry/keys/successor/successor.key'));

  const identify = async (name: string): Promise<TlsIdentity> => {
    const options = { nowMilliseconds: clock.now(), random };
    const issued = await issueCertificate({ name, hosts: [LOOPBACK] }, hub.authority, options);
    return { ...issued, authorities: [hub.authority.certificate] };
  };
  const prepareGateway = async (
    name: string,
    plan: { readonly id: string; readonly member: string; readonly origin: string },
    state: PeerPlan['state'] = 'good',
  ): Promise<PreparedGateway> => {
    const own = join(folder, name);
    mkdirSync(own, { mode: 0o700 });
    const identity = await identify(plan.id);
    const sealing = await generateKeyFile(disk, join(own, 'sealing.key'), 'x25519');
    const log = await generateKeyFile(disk, join(own, 'log.key'), 'ed25519');
    if (!sealing.ok || !log.ok) throw new Error('a key stood there before');
    const pem = await disk.read(join(own, 'log.key'));
    const entry: PreparedGateway['entry'] = {
      id: plan.id,
      member: plan.member,
      origin: plan.origin,
      logKey: verifierKey(plan.origin, log.value),
      sealingKey: sealing.value.toString('base64url'),
      certificates: [fingerprintOf(identity.certificate)],
      ...(state === 'expired' ? ENDED : VALID),
      ...(state === 'revoked' ? { revoked: { origin: plan.origin, size: 0 } } : {}),
    };
    return { entry, identity, signer: createFileSigner(pem?.toString() ?? ''), folder: own };
  };

  const gateways = {} as Record<GatewayName, PreparedGateway>;
  for (const name of GATEWAY_NAMES) gateways[name] = await prepareGateway(name, GATEWAYS[name]);
  const preparedPeers: PreparedPeer[] = [];
  for (const plan of peers) {
    const { gateway: id, member, origin } = plan;
    preparedPeers.push({ plan, ...(await prepareGateway(plan.name, { id, member, origin }, plan.state)) });
  }
  mkdirSync(join(folder, 'witness'));
  const witnessKeyFile = join(folder, 'witness/witness.key');
  await generateKeyFile(disk, witnessKeyFile, 'ed25519');
  return {
    folder,
    hub,
    successor: createFileSigner(successorPem?.toString() ?? ''),
    hubLogKey: verifierKey(HUB_ORIGIN, hub.log.publicKey),
    gateways,
    peers: preparedPeers,
    stranger: await identify('TW/COM/NOBODY/gw1'),
    registerSecret: randomBytes(32).toString('hex'),
    witnessKeyFile,
  };
}

export function verifierKey(origin: string, publicKey: Uint8Array): string {
  return formatVerifierKey(createVerifierKey(origin, 'log', publicKey));
}

export interface GatewayAround {
  readonly hubUrl: string;
  readonly agencyPort: number;
  readonly timeoutMs: number;
  /** Where it listened before, after a restart. */
  readonly ports?: GatewayFile['ports'];
}

/** Writes the configuration of a gateway and answers its path. */
export function writeGatewayFiles(prepared: Prepared, name: GatewayName, around: GatewayAround): string {
  const { folder, identity } = prepared.gateways[name];
  const plan = GATEWAYS[name];
  const { hub } = prepared;
  writePrivately(join(folder, 'transport.key'), identity.privateKey);
  writePrivately(join(folder, 'certificate.pem'), identity.certificate);
  writePrivately(join(folder, 'authorities.pem'), identity.authorities.join(''));
  writePrivately(join(folder, 'register.secret'), prepared.registerSecret);
  const answers = plan.member.endsWith('HOUSEHOLD');
  const system = { baseUrl: `http://${LOOPBACK}:${around.agencyPort}`, timeoutMs: around.timeoutMs };
  const codes = [
    'open',
    'pair',
    'second',
    'files',
    'residents',
    'vital',
    'both',
    'prompt',
    'witnessed',
    'near-hub',
    'counted',
  ];
  const file: GatewayFile = {
    mode: 'development',
    gateway: plan.id,
    origin: plan.origin,
    directory: join(folder, 'data'),
    registry: {
      url: around.hubUrl,
      bundleKey: keyOf(hub.record, 'bundle').public,
      hubLogKey: prepared.hubLogKey,
    },
    keys: { log: 'log.key', sealing: 'sealing.key', transport: 'transport.key' },
    certificate: 'certificate.pem',
    authorities: 'authorities.pem',
    ports: around.ports ?? { mutual: ANYWHERE, public: ANYWHERE, consumer: ANYWHERE, operations: ANYWHERE },
    binding: plan.binding,
    timeoutMs: around.timeoutMs,
    ...(answers
      ? {
          registers: {
            secret: 'register.secret',
            services: Object.fromEntries(codes.map((code) => [`${plan.member}/register/${code}`, system])),
          },
        }
      : {}),
  };
  const path = join(folder, 'gateway.json');
  writePrivately(path, JSON.stringify(file));
  return path;
}

export function writePrivately(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
}
