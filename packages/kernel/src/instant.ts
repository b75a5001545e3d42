/** A moment on the time line: whole milliseconds since 1970-01-01T00:00:00Z, without any calendar. */
import type { Brand } from './brand.ts';
import { fail, type Result, succeed } from './result.ts';

export type Instant = Brand<number, 'Instant'>;

/** Milliseconds since the epoch as a clock gives them; a part of a millisecond is cut off. Throws on what no calendar holds. */
export function instantOf(milliseconds: number): Instant {
  const whole = Math.floor(milliseconds);
  if (!(whole >= earliest && whole <= latest)) throw new RangeError('an instant lies between the years 0001 and 9999');
  return (whole === 0 ? 0 : whole) as Instant;
}

/** Seconds since the epoch, as in `iat` and `exp`; the fraction is cut off. */
export function secondsOf(instant: Instant): number {
  return Math.floor(instant / 1000);
}

/** RFC 3339 in UTC with milliseconds: `2026-11-21T10:00:00.000Z`. */
export function formatInstant(instant: Instant): string {
  return new Date(instant).toISOString();
}

/**
 * RFC 3339 with its offset, at most nine decimals (those below a millisecond are cut off). A time without an
 * offset, a leap second, hour 24 and a day that the calendar lacks are refused.
 */
export function parseInstant(text: string): Result<Instant, 'not-an-instant'> {
  const match = form.exec(text);
  if (!match) return fail('not-an-instant');
  const [, day, hour, minute, second, fraction = '', sign, offsetHour = '0', offsetMinute = '0'] = match;
  const midnight = Date.parse(`${day}T00:00:00.000Z`);
  // Date.parse rolls 30 February over into March; the day must read back as it was written.
  if (!Number.isFinite(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day)
    return fail('not-an-instant');
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * (sign === '-' ? -1 : 1);
  const minutes = Number(hour) * 60 + Number(minute) - offset;
  const milliseconds =
    midnight + minutes * 60_000 + Number(second) * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3));
  return milliseconds >= earliest && milliseconds <= latest ? succeed(milliseconds as Instant) : fail('not-an-instant');
}

const earliest = Date.parse('0001-01-01T00:00:00.000Z');
const latest = Date.parse('9999-12-31T23:59:59.999Z');
const form =
  /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;
