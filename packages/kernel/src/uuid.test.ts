import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeUuid, parseMessageId, parseUuid, timestampOf } from './index.ts';

const moment = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const random = fc.uint8Array({ minLength: 10, maxLength: 10 });

describe('UUIDv7', () => {
  it('is made as in RFC 9562 appendix A.6', () => {
    // 017F22E2-79B0-7CC3-98C4-DC0C0C07398F is 22 February 2022 14:22:22 -05:00.
    const made = makeUuid(0x017f22e279b0, Buffer.from('0cc318c4dc0c0c07398f', 'hex'));
    expect(made).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
    expect(new Date(timestampOf(made)).toISOString()).toBe('2022-02-22T19:22:22.000Z');
  });

  it('is read back, with its time, whatever the time and the random bytes', () => {
    fc.assert(
      fc.property(moment, random, (milliseconds, bytes) => {
        const id = makeUuid(milliseconds, bytes);
        expect(parseUuid(id)).toEqual({ ok: true, value: id });
        expect(parseMessageId(id).ok).toBe(true);
        expect(timestampOf(id)).toBe(milliseconds);
      }),
    );
  });

  it('sorts by time', () => {
    fc.assert(
      fc.property(moment, moment, random, random, (first, second, a, b) => {
        fc.pre(first < second);
        expect(makeUuid(first, a) < makeUuid(second, b)).toBe(true);
      }),
    );
  });

  it.each([
    '017F22E2-79B0-7CC3-98C4-DC0C0C07398F',
    '017f22e279b07cc398c4dc0c0c07398f',
    '017f22e2-79b0-4cc3-98c4-dc0c0c07398f',
    '017f22e2-79b0-7cc3-c8c4-dc0c0c07398f',
    '{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}',
    '017f22e2-79b0-7cc3-98c4-dc0c0c07398f\n',
    '00000000-0000-0000-0000-000000000000',
    '',
  ])('refuses %j', (text) => {
    expect(parseUuid(text)).toEqual({ ok: false, error: 'not-a-uuid' });
    expect(parseMessageId(text)).toEqual({ ok: false, error: 'not-a-message-id' });
  });

  it('throws on a time it cannot hold and on too little randomness', () => {
    for (const milliseconds of [-1, 0.5, 2 ** 48, Number.NaN]) {
      expect(() => makeUuid(milliseconds, new Uint8Array(10))).toThrow(RangeError);
    }
    expect(() => makeUuid(0, new Uint8Array(9))).toThrow(RangeError);
  });
});
