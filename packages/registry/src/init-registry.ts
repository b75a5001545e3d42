/**
 * A new registry in an empty folder: the key ceremony, an operator token, a configuration and the first source
 * files. Everything it writes may be edited afterwards but the keys.
 */
import { encodeBase64Url, fail, type Result, succeed } from '@minben/kernel';
import { type CeremonyError, type CeremonyOrder, type CeremonyPorts, holdCeremony } from './ceremony/hold-ceremony.ts';
import type { CeremonyRecord } from './ceremony/record.ts';
import type { RegistryConfig } from './config.ts';

export interface InitOrder extends CeremonyOrder {
  /** Four ports in a row from here on: public, leases, operator, identity. */
  readonly firstPort: number;
  readonly host: string;
  readonly sandbox: boolean;
}

export type InitError = CeremonyError | 'config-exists';

/** Resolves with the ceremony's record; its fingerprints are to be read aloud. */
export async function initRegistry(
  directory: string,
  order: InitOrder,
  ports: CeremonyPorts,
): Promise<Result<CeremonyRecord, InitError>> {
  const { disk, random } = ports;
  const configFile = `${directory}/registry.json`;
  if ((await disk.read(configFile)) !== undefined) return fail('config-exists');
  const record = await holdCeremony(`${directory}/keys`, order, ports);
  if (!record.ok) return record;
  await disk.writeAtomically(`${directory}/operator.token`, Buffer.from(`${encodeBase64Url(random.bytes(32))}\n`));
  await disk.writeAtomically(`${directory}/identity.secret`, Buffer.from(`${encodeBase64Url(random.bytes(32))}\n`));
  for (const folder of ['members', 'gateways', 'services', 'agreements', 'witnesses', 'purposes']) {
    await disk.makeDirectory(`${directory}/sources/${folder}`);
  }
  const policy = {
    policy: { maximumAgeSeconds: 7 * 86_400, freshnessSeconds: 30, retrySeconds: 86_400 },
    witnessQuorum: 1,
  };
  const { firstPort, host } = order;
  const config: RegistryConfig = {
    v: 1,
    data: 'data',
    sources: 'sources',
    keys: 'keys',
    public: { host, port: firstPort },
    leases: { host, port: firstPort === 0 ? 0 : firstPort + 1 },
    operator: { host: '127.0.0.1', port: firstPort === 0 ? 0 : firstPort + 2, tokenFile: 'operator.token' },
    identity: {
      host: '127.0.0.1',
      port: firstPort === 0 ? 0 : firstPort + 3,
      secretFile: 'identity.secret',
    },
    leaseMilliseconds: 1000,
    watchMilliseconds: 2000,
    sandbox: order.sandbox,
  };
  await disk.writeAtomically(`${directory}/sources/policy.json`, toFile(policy));
  await disk.writeAtomically(configFile, toFile(config));
  return succeed(record.value);
}

function toFile(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);
}
