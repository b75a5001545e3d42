/** Configuration of the database and of the agencies' systems; the secret that each shares with its gateway alone. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '@minben/ports';
import type { AgencyFile, PostgresFile } from '../../commands/sandbox.ts';
import type { PortPlan } from '../ports.ts';
import { AGENCIES, type AgencyName, memberId, type Places } from './places.ts';
import { writeJson, writePrivately } from './write-file.ts';

export function prepareAgencies(places: Places, plan: PortPlan, random: Random): void {
  const postgres: PostgresFile = {
    directory: places.postgres,
    operations: { host: '127.0.0.1', port: plan.postgres.operations },
    databaseUrlFiles: {
      household: databaseUrlFile(places, 'household'),
      vehicles: databaseUrlFile(places, 'vehicles'),
    },
  };
  writeJson(postgresFile(places), postgres);
  for (const agency of AGENCIES) {
    if (!existsSync(secretFile(places, agency))) {
      writePrivately(secretFile(places, agency), `${random.bytes(32).toString('base64url')}\n`);
    }
    const system: AgencyFile = {
      agency,
      databaseUrlFile: databaseUrlFile(places, agency),
      host: '127.0.0.1',
      port: plan[agency].system,
      gatewaySecretFile: secretFile(places, agency),
      population: readPopulationOptions(),
      enrolment: {
        gatewayUrl: `http://127.0.0.1:${plan[agency].consumer}`,
        client: `${memberId(agency)}/register`,
        service: 'TW/GOV/HUB/identity/enrolment',
        purpose: 'enrolment',
      },
    };
    writeJson(systemFile(places, agency), system);
  }
}

export const postgresFile = (places: Places): string => join(places.postgres, 'postgres.json');
export const systemFile = (places: Places, agency: AgencyName): string => join(places.system(agency), 'system.json');
export const secretFile = (places: Places, agency: AgencyName): string => join(places.system(agency), 'gateway-secret');
const databaseUrlFile = (places: Places, agency: AgencyName) => join(places.system(agency), 'database-url');

export function readGatewaySecret(places: Places, agency: AgencyName): string {
  return readFileSync(secretFile(places, agency), 'utf8').trim();
}

/** `MINBEN_HOUSEHOLDS` makes a smaller population, which is enrolled sooner. */
export function readPopulationOptions(): AgencyFile['population'] {
  const households = Number(process.env.MINBEN_HOUSEHOLDS);
  return Number.isInteger(households) && households > 0 ? { seed: 'minben', households } : { seed: 'minben' };
}
