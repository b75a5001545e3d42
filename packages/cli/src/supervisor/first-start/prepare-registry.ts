/**
 * Makes the registry's folder at the first start (the key ceremony, with the machine as its only witness), and keeps
 * its doors at the planned ports at each later one.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Disk, Random } from '@minben/ports';
import { initRegistry, RegistryConfig } from '@minben/registry';
import { readConfig } from '../../read-config.ts';
import type { PortPlan } from '../ports.ts';
import { BEFORE_GATEWAYS, copyContent, copyPolicy } from './copy-content.ts';
import type { Places } from './places.ts';
import { writeJson } from './write-file.ts';

/** Log origins are names, not addresses; `.example` is reserved for what is not real (RFC 2606). */
export const HUB_ORIGIN = 'sandbox.minben.example/hub';

export interface PreparePorts {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly random: Random;
}

/** Returns whether the registry is new. Throws with the reason when it cannot be made. */
export async function prepareRegistry(places: Places, plan: PortPlan, ports: PreparePorts): Promise<boolean> {
  const path = join(places.registry, 'registry.json');
  const isNew = !existsSync(path);
  if (isNew) {
    const order = {
      instance: 'TW',
      origin: HUB_ORIGIN,
      witnesses: ['sandbox'],
      firstPort: plan.registry.public,
      host: '127.0.0.1',
      sandbox: true,
    };
    const made = await initRegistry(places.registry, order, ports);
    if (!made.ok) throw new Error(`the registry could not be made: ${made.error}`);
    copyPolicy(join(places.registry, 'sources'));
  }
  copyContent(join(places.registry, 'sources'), BEFORE_GATEWAYS);
  const config = readConfig(path, RegistryConfig);
  writeJson(path, {
    ...config,
    public: { ...config.public, port: plan.registry.public },
    leases: { ...config.leases, port: plan.registry.leases },
    operator: { ...config.operator, port: plan.registry.operator },
    identity: { ...config.identity, port: plan.registry.identity },
  });
  return isNew;
}

export function readOperatorToken(places: Places): string {
  return readFileSync(join(places.registry, 'operator.token'), 'utf8').trim();
}
