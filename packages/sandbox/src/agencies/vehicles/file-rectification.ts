/**
 * Files a request for correction (Personal Data Protection Act art. 3 and 11). The message id makes it idempotent:
 * the same request again finds the first one; another request under the same id is refused.
 */
import { createHash } from 'node:crypto';
import { canonicalize, fail, type JsonValue, makeUuid, type Result, succeed } from '@minben/kernel';
import type { Clock, Random } from '@minben/ports';
import type { Kysely } from 'kysely';
import type { PersonRow, RectificationRequest, VehicleTables } from './model.ts';

export interface Filing {
  readonly messageId: string;
  readonly purpose: string;
  readonly request: RectificationRequest;
}

export interface Filed {
  readonly id: string;
  readonly filedAt: Date;
}

export async function fileRectification(
  database: Kysely<VehicleTables>,
  subject: PersonRow,
  filing: Filing,
  ports: { readonly clock: Clock; readonly random: Random },
): Promise<Result<Filed, 'no-such-record' | 'message-id-reused'>> {
  const digest = createHash('sha256')
    .update(canonicalize(filing.request as unknown as JsonValue))
    .digest('hex');
  return await database.transaction().execute(async (transaction) => {
    if (!(await concerns(transaction, subject, filing.request))) return fail('no-such-record');
    const now = ports.clock.now();
    await transaction
      .insertInto('rectifications')
      .values({
        id: makeUuid(now, ports.random.bytes(10)),
        message_id: filing.messageId,
        person_id: subject.id,
        request_digest: digest,
        request: JSON.stringify(filing.request),
        purpose: filing.purpose,
        filed_at: new Date(now),
      })
      .onConflict((conflict) => conflict.column('message_id').doNothing())
      .execute();
    const kept = await transaction
      .selectFrom('rectifications')
      .selectAll()
      .where('message_id', '=', filing.messageId)
      .executeTakeFirstOrThrow();
    const same = kept.person_id === subject.id && kept.request_digest === digest;
    return same ? succeed({ id: kept.id, filedAt: kept.filed_at }) : fail('message-id-reused');
  });
}

/** Whether the request is about something of the person's own. */
async function concerns(
  database: Kysely<VehicleTables>,
  subject: PersonRow,
  request: RectificationRequest,
): Promise<boolean> {
  const { about } = request;
  const found =
    about.kind === 'vehicle'
      ? await database
          .selectFrom('vehicles')
          .select('id')
          .where('plate', '=', about.plate)
          .where((where) => where.or([where('owner_id', '=', subject.id), where('keeper_id', '=', subject.id)]))
          .executeTakeFirst()
      : await database
          .selectFrom('licences')
          .select('id')
          .where('person_id', '=', subject.id)
          .where('class', '=', about.class)
          .executeTakeFirst();
  return found !== undefined;
}
