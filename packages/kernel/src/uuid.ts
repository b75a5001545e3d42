/** UUID version 7 (RFC 9562 §5.7): a millisecond clock in front, 74 random bits behind, so that ids sort by time. */
import type { Brand } from './brand.ts';
import { fail, type Result, succeed } from './result.ts';

export type Uuid = Brand<string, 'Uuid'>;

const latest = 2 ** 48 - 1;
const form = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * A new id. `milliseconds` since the epoch (0 to 2^48 - 1), `random` ten unpredictable bytes of which 74 bits
 * are used. Throws on anything else.
 */
export function makeUuid(milliseconds: number, random: Uint8Array): Uuid {
  if (!Number.isInteger(milliseconds) || milliseconds < 0 || milliseconds > latest) {
    throw new RangeError('a UUIDv7 needs whole milliseconds between 0 and 2^48 - 1');
  }
  if (random.length !== 10) throw new RangeError('a UUIDv7 needs ten random bytes');
  const bytes = Buffer.allocUnsafe(16);
  bytes.writeUIntBE(milliseconds, 0, 6);
  bytes.set(random, 6);
  bytes[6] = 0x70 | ((bytes[6] as number) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] as number) & 0x3f);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as Uuid;
}

/** Takes only the lower-case form with hyphens, version 7 and the RFC's variant. */
export function parseUuid(text: string): Result<Uuid, 'not-a-uuid'> {
  return form.test(text) ? succeed(text as Uuid) : fail('not-a-uuid');
}

/** Milliseconds since the epoch at which the id says it was made. */
export function timestampOf(id: Uuid | Brand<string, 'MessageId'>): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
