/**
 * Once the registry runs: registers the gateways that have no certificate yet, one that ends soon, or another address,
 * then adds services and agreements, which name gateways, and has the bundle published. What was done is left alone.
 */
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Network } from '@minben/ports';
import type { GatewayOrder, RegisteredGateway } from '@minben/registry';
import type { PortPlan } from '../ports.ts';
import { AFTER_GATEWAYS, copyContent } from './copy-content.ts';
import { gatewayId, MEMBERS, type MemberName, memberId, type Places } from './places.ts';
import { gatewayOrigin, gatewayPlaces, readPublicKeys, verifierKey } from './prepare-gateways.ts';
import { type PreparePorts, readOperatorToken } from './prepare-registry.ts';
import { writePrivately } from './write-file.ts';

const DAY_MS = 86_400_000;
/** Certificates live ninety days; a restart within the last thirty renews. */
const RENEW_BELOW_MS = 30 * DAY_MS;

export async function registerGateways(
  places: Places,
  plan: PortPlan,
  ports: PreparePorts & { readonly network: Network },
): Promise<void> {
  for (const member of MEMBERS) {
    const order = await describeOrder(places, plan, member, ports);
    if (!isWanting(places, member, order, ports.clock.now())) continue;
    const registered = (await ask(places, plan, '/gateways', order, ports.network)) as RegisteredGateway;
    const own = gatewayPlaces(places, member);
    writePrivately(own.authorities, registered.authorities.join(''));
    writePrivately(own.certificate, registered.certificate);
  }
  copyContent(join(places.registry, 'sources'), AFTER_GATEWAYS);
  await ask(places, plan, '/bundle', {}, ports.network);
}

async function describeOrder(
  places: Places,
  plan: PortPlan,
  member: MemberName,
  ports: PreparePorts,
): Promise<GatewayOrder> {
  const keys = await readPublicKeys(places, member, ports);
  return {
    id: gatewayId(member),
    member: memberId(member),
    origin: gatewayOrigin(member),
    logKey: verifierKey(gatewayOrigin(member), keys.log),
    sealingKey: Buffer.from(keys.sealing).toString('base64url'),
    address: `127.0.0.1:${plan[member].mutual}`,
    publicUrl: `http://127.0.0.1:${plan[member].public}`,
    request: readFileSync(gatewayPlaces(places, member).request, 'utf8'),
    hosts: ['127.0.0.1'],
  };
}

function isWanting(places: Places, member: MemberName, order: GatewayOrder, now: number): boolean {
  const { certificate } = gatewayPlaces(places, member);
  const entry = join(places.registry, 'sources', 'gateways', `${order.id.replaceAll('/', '-')}.json`);
  if (!existsSync(certificate) || !existsSync(entry)) return true;
  const ends = Date.parse(new X509Certificate(readFileSync(certificate)).validTo);
  const known = JSON.parse(readFileSync(entry, 'utf8')) as GatewayOrder;
  return ends - now < RENEW_BELOW_MS || known.address !== order.address || known.publicUrl !== order.publicUrl;
}

async function ask(places: Places, plan: PortPlan, path: string, body: object, network: Network): Promise<unknown> {
  const answer = await network.request({
    method: 'POST',
    url: `http://127.0.0.1:${plan.registry.operator}${path}`,
    headers: [
      ['content-type', 'application/json'],
      ['authorization', `Bearer ${readOperatorToken(places)}`],
    ],
    body: Buffer.from(JSON.stringify(body)),
    timeoutMs: 30_000,
  });
  const text = Buffer.from(answer.body).toString('utf8');
  if (answer.status >= 300) throw new Error(`the registry refused ${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}
