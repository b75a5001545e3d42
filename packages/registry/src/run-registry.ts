/**
 * The registry process: reads its keys, opens the log, and serves four doors. It serves what it has (bundle,
 * tiles) from the first moment, and writes only once the log may (PROTOCOL 17).
 */
import { askHolders, parseVerifierKey, witnessAsHolder } from '@minben/evidence';
import { fail, type Result, succeed } from '@minben/kernel';
import type { Listener } from '@minben/ports';
import { readSources } from './bundle/read-sources.ts';
import { type KeysError, readKeys } from './ceremony/read-keys.ts';
import { fingerprintOf } from './certificate-authority/authority.ts';
import type { RegistryConfig } from './config.ts';
import { endsSoon, openHubCertificate } from './hub-certificate.ts';
import { openRegistry, type Registry, type RegistryPorts } from './open-registry.ts';

export interface RunningRegistry {
  readonly registry: Registry;
  /** Where each door listens. */
  readonly ports: {
    readonly public: number;
    readonly leases: number;
    readonly operator: number;
    readonly identity: number;
  };
  /** True once the log writes and a bundle was tried; false when the log refuses for good. */
  readonly started: Promise<boolean>;
  /** Looks at the source files now. */
  publish(): Promise<void>;
  /** Lets calls in flight finish within `graceMs`, then closes the log. */
  close(graceMs: number): Promise<void>;
}

export type StartError = KeysError | 'no-witness' | 'token-missing';

const WITNESS_TIMEOUT_MS = 2000;
const SHORTEST_TOKEN = 32;

/** Rejects with LogRefusal when the log is corrupt, and with the network's error when a port is taken. */
export async function runRegistry(
  config: RegistryConfig,
  ports: RegistryPorts,
): Promise<Result<RunningRegistry, StartError>> {
  const { disk, clock, random, network, log } = ports;
  const keys = await readKeys(disk, config.keys);
  if (!keys.ok) return keys;
  const token = (await disk.read(config.operator.tokenFile))?.toString().trim() ?? '';
  const identitySecret = (await disk.read(config.identity.secretFile))?.toString().trim() ?? '';
  if (token.length < SHORTEST_TOKEN || identitySecret.length < SHORTEST_TOKEN) return fail('token-missing');
  const { sources } = await readSources(disk, config.sources);
  const holders = sources.witnesses.flatMap(({ value }) => {
    const key = parseVerifierKey(value.key);
    return key.ok
      ? [witnessAsHolder(network, { key: key.value, url: value.url.replace(/\/$/, '') }, WITNESS_TIMEOUT_MS)]
      : [];
  });
  if (holders.length === 0) return fail('no-witness');

  await disk.makeDirectory(config.data);
  const hosts = [config.leases.host, hostOf(config.leases.url)].filter((host) => host !== undefined);
  const certificate = await openHubCertificate(
    config.data,
    { name: `${keys.value.record.instance} hub`, hosts },
    keys.value.authority,
    ports,
  );
  const doors: Partial<Record<'public' | 'leases' | 'operator' | 'identity', Listener>> = {};
  const registry = await openRegistry(
    {
      keys: keys.value,
      data: config.data,
      sources: config.sources,
      leaseMilliseconds: config.leaseMilliseconds,
      watchMilliseconds: config.watchMilliseconds,
      takesNumbers: config.sandbox,
      operatorToken: token,
      identitySecret,
      hub: () => ({
        url: config.public.url ?? `http://${config.public.host}:${doors.public?.port}`,
        leaseUrl: config.leases.url ?? `https://${config.leases.host}:${doors.leases?.port}`,
        certificates: [fingerprintOf(certificate.certificate)],
      }),
      moreReasons: () =>
        endsSoon(certificate.certificate, clock) ? ['hub-certificate-ends-soon-restart-to-renew'] : [],
      askOthers: askHolders(keys.value.record.origin, holders),
    },
    { disk, clock, random, network, log, sealer: ports.sealer },
  );

  const { handlers } = registry;
  const tls = { ...certificate, authorities: [keys.value.authority.certificate] };
  const close = async (graceMs: number): Promise<void> => {
    registry.authority.announce();
    await Promise.all(Object.values(doors).map((door) => door.close(graceMs)));
    await registry.close();
  };
  try {
    doors.public = await network.serve({ host: config.public.host, port: config.public.port }, handlers.public);
    doors.leases = await network.serve({ host: config.leases.host, port: config.leases.port, tls }, handlers.leases);
    doors.operator = await network.serve({ host: config.operator.host, port: config.operator.port }, handlers.operator);
    doors.identity = await network.serve({ host: config.identity.host, port: config.identity.port }, handlers.identity);
  } catch (error) {
    await close(0);
    throw error;
  }
  const started = registry.start().catch((error: unknown) => {
    log('error', 'registry-not-started', { reason: error instanceof Error ? error.name : 'error' });
    return false;
  });
  return succeed({
    registry,
    ports: {
      public: doors.public.port,
      leases: doors.leases.port,
      operator: doors.operator.port,
      identity: doors.identity.port,
    },
    started,
    async publish() {
      await registry.publisher.publish();
    },
    close,
  });
}

function hostOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : new URL(url).hostname;
}
