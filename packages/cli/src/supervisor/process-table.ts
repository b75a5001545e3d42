/** Every process of a one-machine exchange, as data: what it is called with, when it is ready, what it stands on. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MemberName, Places } from './first-start/places.ts';
import { postgresFile, systemFile } from './first-start/prepare-agencies.ts';
import { gatewayPlaces } from './first-start/prepare-gateways.ts';
import { WITNESS_NAME, witnessLogs } from './first-start/prepare-witness.ts';
import type { ProcessSpec } from './model.ts';
import type { PortPlan } from './ports.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

/** `onRegistry` runs each time the registry has become ready, before anything that stands on it starts. */
export function listProcesses(places: Places, plan: PortPlan, onRegistry: () => Promise<void>): ProcessSpec[] {
  const minben = (...words: string[]): [string, ...string[]] => [process.execPath, MAIN, ...words];
  const readyAt = (port: number) => `http://127.0.0.1:${port}/readyz`;
  const gateway = (member: MemberName, after: string[]): ProcessSpec => ({
    name: `gateway-${member}`,
    command: minben('gateway', 'start', gatewayPlaces(places, member).config),
    readyUrl: readyAt(plan[member].operations),
    after,
  });
  const system = (agency: 'household' | 'vehicles'): ProcessSpec => ({
    name: `system-${agency}`,
    command: minben('sandbox', agency, systemFile(places, agency)),
    readyUrl: readyAt(plan[agency].system),
    // It enrols through its own gateway, which reaches identity through the hub's.
    after: ['postgres', `gateway-${agency}`, 'gateway-hub'],
  });
  return [
    {
      name: 'postgres',
      command: minben('sandbox', 'postgres', postgresFile(places)),
      readyUrl: readyAt(plan.postgres.operations),
      after: [],
    },
    {
      name: 'witness',
      command: minben(...witnessWords(places, plan)),
      readyUrl: readyAt(plan.witness.public),
      after: [],
    },
    {
      name: 'registry',
      command: minben('registry', 'run', join(places.registry, 'registry.json')),
      readyUrl: readyAt(plan.registry.operator),
      // A log asks its witnesses before it writes (PROTOCOL 17).
      after: ['witness'],
      onReady: onRegistry,
    },
    gateway('hub', ['registry', 'witness']),
    gateway('household', ['registry', 'witness']),
    gateway('vehicles', ['registry', 'witness']),
    system('household'),
    system('vehicles'),
  ];
}

function witnessWords(places: Places, plan: PortPlan): string[] {
  const options = {
    directory: places.witness,
    name: WITNESS_NAME,
    port: String(plan.witness.public),
    logs: witnessLogs(places),
  };
  return ['witness', ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])];
}
