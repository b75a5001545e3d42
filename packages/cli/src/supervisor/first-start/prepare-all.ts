import { mkdirSync } from 'node:fs';
import type { PortPlan } from '../ports.ts';
import type { Places } from './places.ts';
import { prepareAgencies } from './prepare-agencies.ts';
import { prepareGateways } from './prepare-gateways.ts';
import { type PreparePorts, prepareRegistry } from './prepare-registry.ts';
import { prepareWitness } from './prepare-witness.ts';

/**
 * Everything that must lie on the disk before the first process starts. Safe to repeat: keys and secrets are made
 * once, files follow the ports. Returns whether this was the first start.
 */
export async function prepareAll(root: string, places: Places, plan: PortPlan, ports: PreparePorts): Promise<boolean> {
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const isNew = await prepareRegistry(places, plan, ports);
  prepareAgencies(places, plan, ports.random);
  await prepareGateways(places, plan, ports);
  await prepareWitness(places, plan, ports);
  return isNew;
}
