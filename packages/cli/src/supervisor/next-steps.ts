/**
 * The first things to try, ready to be pasted: a statutory call from the vehicle register to household registration,
 * its receipt, and the verification of it without the network. The receipt's trust policy is written from the bundle.
 */
import { join, relative } from 'node:path';
import type { TrustBundle } from '@minben/exchange';
import { makeUuid } from '@minben/kernel';
import type { Network } from '@minben/ports';
import { generatePopulation } from '@minben/sandbox';
import { readPopulationOptions } from './first-start/prepare-agencies.ts';
import type { PreparePorts } from './first-start/prepare-registry.ts';
import { writeJson, writePrivately } from './first-start/write-file.ts';
import type { PortPlan } from './ports.ts';

const CLIENT = 'TW/GOV/VEHICLES/register';
const SERVICE = 'TW/GOV/HOUSEHOLD/register/residents';
const PURPOSE = 'vehicle-owner-address';

export interface NextSteps {
  /** What each command does, and the command. */
  readonly commands: readonly { readonly 'zh-TW': string; readonly en: string; readonly command: string }[];
}

export async function writeNextSteps(
  root: string,
  plan: PortPlan,
  ports: PreparePorts & { readonly network: Network },
): Promise<NextSteps> {
  const folder = join(root, 'try');
  const sealed = await sealSubject(plan, ports.network);
  const near = (file: string): string => relative(process.cwd(), join(folder, file));
  await writePolicy(join(folder, 'policy.json'), plan, ports.network);
  const message = makeUuid(ports.clock.now(), ports.random.bytes(10));
  const headers = {
    'X-Road-Client': CLIENT,
    'X-Road-Id': message,
    'T-Road-Purpose': PURPOSE,
    'T-Road-Sealed-Subject': sealed,
  };
  // In files, so that the commands are short and the same on every machine: the README shows them.
  writePrivately(
    join(folder, 'headers'),
    Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\n`)
      .join(''),
  );
  writePrivately(join(folder, 'message-id'), message);
  const consumer = `http://127.0.0.1:${plan.vehicles.consumer}`;
  return {
    commands: [
      {
        'zh-TW': '監理機關依法查詢車主戶籍地址',
        en: "the vehicle register asks for an owner's registered address",
        command: `curl -si ${consumer}/r1/${SERVICE}/registration -H @${near('headers')}`,
      },
      {
        'zh-TW': '取得這次呼叫的收據',
        en: 'fetch the receipt of this call',
        command: `curl -s "${consumer}/receipts/$(cat ${near('message-id')})?wait=10" -o receipt.json`,
      },
      {
        'zh-TW': '離線驗證收據',
        en: 'verify the receipt off-line',
        command: `./minben.mjs verify receipt.json --policy ${near('policy.json')}`,
      },
    ],
  };
}

/** Some living owner of a vehicle. */
function findOwnerNumber(): string | undefined {
  const { residents, vehicles } = generatePopulation(readPopulationOptions());
  const owners = vehicles.flatMap(({ owner }) => ('resident' in owner ? [residents[owner.resident]] : []));
  return owners.find((owner) => owner !== undefined && owner.deathDate === undefined && !owner.foreign)?.nationalNumber;
}

/** As the vehicle register does it: identity seals its vehicle owner for household registration. */
async function sealSubject(plan: PortPlan, network: Network): Promise<string> {
  const number = findOwnerNumber();
  const answer = await network.request({
    method: 'POST',
    url: `http://127.0.0.1:${plan.vehicles.consumer}/r1/TW/GOV/HUB/identity/enrolment/subjects`,
    headers: [
      ['content-type', 'application/json'],
      ['x-road-client', CLIENT],
      ['t-road-purpose', 'enrolment'],
    ],
    body: Buffer.from(JSON.stringify({ service: SERVICE, purpose: PURPOSE, subject: { number } })),
    timeoutMs: 30_000,
  });
  const { subject } = JSON.parse(Buffer.from(answer.body).toString('utf8')) as { subject?: Record<string, string> };
  const sealed = subject?.['TW/GOV/HOUSEHOLD/gw1'];
  if (sealed === undefined) throw new Error(`identity answered ${answer.status}`);
  return sealed;
}

async function writePolicy(path: string, plan: PortPlan, network: Network): Promise<void> {
  const answer = await network.request({
    method: 'GET',
    url: `http://127.0.0.1:${plan.registry.public}/bundle?after=0&wait=0`,
    timeoutMs: 10_000,
  });
  const { details } = JSON.parse(Buffer.from(answer.body).toString('utf8')) as { details: string };
  const bundle = JSON.parse(details) as TrustBundle;
  writeJson(path, {
    v: 1,
    logs: [
      { key: bundle.hub.logKey },
      ...bundle.gateways.map(({ id, logKey, revoked }) => ({
        key: logKey,
        gateway: id,
        ...(revoked ? { revoked: { size: revoked.size } } : {}),
      })),
    ],
    witnesses: bundle.witnesses.map((witness) => witness.key),
    quorum: bundle.witnessQuorum,
  });
}
