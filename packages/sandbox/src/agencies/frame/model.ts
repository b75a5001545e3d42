import type { Bilingual } from '@minben/kernel';
import type { Clock, Logger, Network, Random } from '@minben/ports';
import type { Kysely } from 'kysely';
import type { Population, PopulationOptions } from '../../population/index.ts';
import type { AgencyServer } from './server.ts';

export type AgencyCode = 'household' | 'vehicles';

/** What an agency's system is told at its start; the command line reads it from a JSON file. */
export interface AgencyConfig {
  readonly agency: AgencyCode;
  /** PostgreSQL address with the agency's own role; the agency owns the schema of its code and sees no other. */
  readonly databaseUrl: string;
  /** Loopback only: 127.0.0.1 or ::1. */
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** What its own gateway proves itself with; read from a file that only the owner reads. */
  readonly gatewaySecret: string;
  /** Which synthetic population the register holds; taken in once, at the first start. */
  readonly population: PopulationOptions;
  /** How it reaches identity through its own gateway; absent = it does not enrol. */
  readonly enrolment?: EnrolmentConfig;
}

export interface EnrolmentConfig {
  /** Consumer port of its own gateway, `http://127.0.0.1:<port>`. */
  readonly gatewayUrl: string;
  /** `TW/GOV/HOUSEHOLD/register` */
  readonly client: string;
  /** `TW/GOV/HUB/identity/enrolment` */
  readonly service: string;
  readonly purpose: string;
}

export interface AgencyPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly log: Logger;
}

/** The columns that enrolment fills beside a person's row. */
export interface EnrolledColumns {
  readonly id: string;
  readonly national_number: string;
  /** The person in this agency's sector. */
  readonly pseudonym: string | null;
  /** The same, encrypted to identity, for answers that speak of this person to another. */
  readonly reference: string | null;
}

/** What makes one agency different from another; `runAgency` does the rest. */
export interface AgencySystem<Tables> {
  readonly code: AgencyCode;
  readonly title: Bilingual;
  readonly description: string;
  /** Table of the persons that it enrols, with `EnrolledColumns`. */
  readonly personTable: 'residents' | 'persons';
  readonly migrations: URL;
  /** Takes the population in, inside one transaction. */
  load(database: Kysely<Tables>, population: Population): Promise<void>;
  addRoutes(server: AgencyServer, database: Kysely<Tables>, ports: AgencyPorts): void;
}
