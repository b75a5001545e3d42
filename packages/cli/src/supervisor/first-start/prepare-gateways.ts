/**
 * Keys and configuration of each member's gateway. The keys are made once and stay; the configuration follows the
 * ports. The certificate comes from the registry when it runs (register-gateways.ts).
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createVerifierKey, formatVerifierKey } from '@minben/evidence';
import type { GatewayFile } from '@minben/gateway';
import { generateKeyFile, rawPublicKey, readKeyFile } from '@minben/ports';
import { type CeremonyRecord, createCertificateRequest, keyOf, readRecord, recordFile } from '@minben/registry';
import type { PortPlan } from '../ports.ts';
import { gatewayId, MEMBERS, type MemberName, type Places } from './places.ts';
import { secretFile } from './prepare-agencies.ts';
import type { PreparePorts } from './prepare-registry.ts';
import { writeJson, writePrivately } from './write-file.ts';

export interface GatewayPlaces {
  readonly config: string;
  readonly logKey: string;
  readonly sealingKey: string;
  readonly transportKey: string;
  readonly request: string;
  readonly certificate: string;
  readonly authorities: string;
}

export function gatewayPlaces(places: Places, member: MemberName): GatewayPlaces {
  const folder = places.gateway(member);
  return {
    config: join(folder, 'gateway.json'),
    logKey: join(folder, 'keys', 'log.key'),
    sealingKey: join(folder, 'keys', 'sealing.key'),
    transportKey: join(folder, 'keys', 'transport.key'),
    request: join(folder, 'keys', 'transport.csr'),
    certificate: join(folder, 'gateway.crt'),
    authorities: join(folder, 'authorities.crt'),
  };
}

export const gatewayOrigin = (member: MemberName): string => `sandbox.minben.example/${member}/gw1`;

export async function prepareGateways(places: Places, plan: PortPlan, ports: PreparePorts): Promise<void> {
  const record = readCeremony(places);
  for (const member of MEMBERS) {
    const own = gatewayPlaces(places, member);
    await ports.disk.makeDirectory(join(places.gateway(member), 'keys'));
    // Refused where the key exists already, which is what is wanted here.
    await generateKeyFile(ports.disk, own.logKey, 'ed25519');
    await generateKeyFile(ports.disk, own.sealingKey, 'x25519');
    if (!existsSync(own.transportKey) || !existsSync(own.request)) {
      const { request, privateKey } = await createCertificateRequest(gatewayId(member));
      writePrivately(own.transportKey, privateKey);
      writePrivately(own.request, request);
    }
    if (!existsSync(registerSecretFile(places, member))) {
      writePrivately(registerSecretFile(places, member), `${ports.random.bytes(32).toString('base64url')}\n`);
    }
    writeJson(own.config, describeGateway(places, plan, member, record));
  }
}

function describeGateway(places: Places, plan: PortPlan, member: MemberName, record: CeremonyRecord): GatewayFile {
  const own = gatewayPlaces(places, member);
  const door = (port: number) => ({ host: '127.0.0.1', port });
  return {
    mode: 'development',
    gateway: gatewayId(member),
    origin: gatewayOrigin(member),
    directory: join(places.gateway(member), 'data'),
    registry: {
      url: `http://127.0.0.1:${plan.registry.public}`,
      bundleKey: keyOf(record, 'bundle').public,
      hubLogKey: verifierKey(record.origin, Buffer.from(keyOf(record, 'log').public, 'base64url')),
    },
    keys: { log: own.logKey, sealing: own.sealingKey, transport: own.transportKey },
    certificate: own.certificate,
    authorities: own.authorities,
    ports: {
      mutual: door(plan[member].mutual),
      public: door(plan[member].public),
      consumer: door(plan[member].consumer),
      operations: door(plan[member].operations),
    },
    registers: { secret: registerSecretFile(places, member), services: registersOf(plan, member) },
  };
}

/** Which of its own systems stand behind each member's gateway. */
function registersOf(plan: PortPlan, member: MemberName): NonNullable<GatewayFile['registers']>['services'] {
  const at = (port: number) => ({ baseUrl: `http://127.0.0.1:${port}` });
  if (member === 'hub') return { 'TW/GOV/HUB/identity/enrolment': at(plan.registry.identity) };
  if (member === 'household') return { 'TW/GOV/HOUSEHOLD/register/residents': at(plan.household.system) };
  return { 'TW/GOV/VEHICLES/register/vehicles': at(plan.vehicles.system) };
}

/** A system and its gateway share a file: an agency's own, or the one that the registry made for identity. */
export function registerSecretFile(places: Places, member: MemberName): string {
  return member === 'hub' ? join(places.registry, 'identity.secret') : secretFile(places, member);
}

export function readCeremony(places: Places): CeremonyRecord {
  const record = readRecord(readFileSync(recordFile(join(places.registry, 'keys'))));
  if (!record.ok) throw new Error(`the record of the key ceremony: ${record.error}`);
  return record.value;
}

/** The verifier key of a log from its raw public key. */
export function verifierKey(origin: string, publicKey: Uint8Array): string {
  return formatVerifierKey(createVerifierKey(origin, 'log', publicKey));
}

/** Raw public halves of a gateway's keys. */
export async function readPublicKeys(places: Places, member: MemberName, { disk }: PreparePorts) {
  const own = gatewayPlaces(places, member);
  const log = await readKeyFile(disk, own.logKey, 'ed25519');
  const sealing = await readKeyFile(disk, own.sealingKey, 'x25519');
  if (!log.ok || !sealing.ok) throw new Error(`the keys of ${gatewayId(member)} cannot be read`);
  return { log: rawPublicKey(log.value), sealing: rawPublicKey(sealing.value) };
}
