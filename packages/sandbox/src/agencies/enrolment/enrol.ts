/**
 * The enrolment job (PROTOCOL 21): sends the numbers of persons without a pseudonym through the agency's own
 * gateway to identity, batch by batch, and stores what comes back beside their rows. What is stored stays, so it
 * resumes after any interruption; it tries again, ever more slowly, while gateway or identity cannot answer.
 * Its log lines hold counts and reasons only.
 */
import { fail, type Result, succeed } from '@minben/kernel';
import { type HttpResponse, NetworkError } from '@minben/ports';
import { type Kysely, sql } from 'kysely';
import { countWaiting } from '../frame/find-subject.ts';
import type { AgencyCode, AgencyPorts, AgencySystem, EnrolledColumns, EnrolmentConfig } from '../frame/model.ts';
import { LARGEST_BATCH, type ListReader, readPseudonyms, readReferences } from './wire.ts';

export interface EnrolmentJob {
  /** Resolves when nobody waits any more, or after `stop`. */
  readonly finished: Promise<void>;
  stop(): void;
}

type PersonTable = AgencySystem<never>['personTable'];
type Persons = Record<PersonTable, EnrolledColumns>;

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;
const CALL_MS = 30_000;

export function startEnrolment(
  database: Kysely<Persons>,
  schema: AgencyCode,
  table: PersonTable,
  config: EnrolmentConfig,
  ports: AgencyPorts,
): EnrolmentJob {
  let stopped = false;
  let wake = () => {};
  const pause = (milliseconds: number) =>
    new Promise<void>((resume) => {
      const cancel = ports.clock.after(milliseconds, resume);
      wake = () => {
        cancel();
        resume();
      };
    });

  const work = async () => {
    let wait = FIRST_PAUSE_MS;
    while (!stopped) {
      const outcome = await enrolBatch(database, schema, table, config, ports).catch((error: Error) =>
        fail(error.name),
      );
      if (outcome.ok && outcome.value === 0) return ports.log('info', 'enrolment-finished');
      if (outcome.ok) {
        wait = FIRST_PAUSE_MS;
        ports.log('info', 'enrolment-progressed', {
          enrolled: outcome.value,
          waiting: await countWaiting(database, table),
        });
        continue;
      }
      ports.log('warn', 'enrolment-delayed', { reason: outcome.error, retryInMs: wait });
      await pause(wait);
      wait = Math.min(wait * 2, LONGEST_PAUSE_MS);
    }
  };
  return {
    finished: work(),
    stop() {
      stopped = true;
      wake();
    },
  };
}

/** Enrols one batch; how many, or why not. */
async function enrolBatch(
  database: Kysely<Persons>,
  schema: AgencyCode,
  table: PersonTable,
  config: EnrolmentConfig,
  ports: AgencyPorts,
): Promise<Result<number, string>> {
  const rows = await database
    .selectFrom(table)
    .select(['id', 'national_number'])
    .where('pseudonym', 'is', null)
    .orderBy('id')
    .limit(LARGEST_BATCH)
    .execute();
  if (rows.length === 0) return succeed(0);
  const numbers = rows.map((row) => row.national_number);
  const pseudonyms = await ask('/enrolments', { numbers }, rows.length, readPseudonyms, config, ports);
  if (!pseudonyms.ok) return pseudonyms;
  const references = await ask(
    '/references',
    { pseudonyms: pseudonyms.value },
    rows.length,
    readReferences,
    config,
    ports,
  );
  if (!references.ok) return references;
  const list = rows.map(
    (row, at) => sql`(${row.id}::uuid, ${pseudonyms.value[at]}::text, ${references.value[at]}::text)`,
  );
  await sql`
    update ${sql.table(`${schema}.${table}`)} as person
    set pseudonym = found.pseudonym, reference = found.reference, enrolled_at = ${new Date(ports.clock.now())}
    from (values ${sql.join(list)}) as found (id, pseudonym, reference)
    where person.id = found.id`.execute(database);
  return succeed(rows.length);
}

/** One call to identity through the own gateway; a list of `expected` answers, or the reason as a word. */
async function ask(
  path: string,
  body: Readonly<Record<string, readonly string[]>>,
  expected: number,
  read: ListReader,
  config: EnrolmentConfig,
  ports: AgencyPorts,
): Promise<Result<readonly string[], string>> {
  try {
    const answer = await ports.network.request({
      method: 'POST',
      url: `${config.gatewayUrl}/r1/${config.service}${path}`,
      headers: [
        ['content-type', 'application/json'],
        ['x-road-client', config.client],
        ['t-road-purpose', config.purpose],
      ],
      body: Buffer.from(JSON.stringify(body)),
      timeoutMs: CALL_MS,
    });
    return answer.status === 200 ? read(answer.body, expected) : fail(describeRefusal(answer));
  } catch (error) {
    if (error instanceof NetworkError) return fail(error.reason);
    throw error;
  }
}

/** The status, and the rule's name where a gateway gave one in `X-Road-Error` (r1): codes only, for the log. */
function describeRefusal({ status, headers }: HttpResponse): string {
  const rule = headers.find(([name]) => name === 'x-road-error')?.[1];
  return rule !== undefined && /^[A-Za-z0-9._-]{1,100}$/.test(rule) ? `status-${status} ${rule}` : `status-${status}`;
}
