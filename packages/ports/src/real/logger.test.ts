import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRealClock } from './clock.ts';
import { createJsonLogger } from './logger.ts';
import { createRealRandom } from './random.ts';

const clock = { ...createRealClock(), now: () => Date.UTC(2026, 10, 21, 1, 2, 3, 4) };

function logged(...given: Parameters<ReturnType<typeof createJsonLogger>>): Record<string, unknown> {
  const lines: string[] = [];
  createJsonLogger((line) => lines.push(line), clock)(...given);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1);
  return JSON.parse(lines[0] as string);
}

describe('the logger', () => {
  it('writes one line per event with its time', () => {
    expect(logged('info', 'head-published', { size: 7, origin: 'log.example/a' })).toEqual({
      time: '2026-11-21T01:02:03.004Z',
      level: 'info',
      event: 'head-published',
      size: 7,
      origin: 'log.example/a',
    });
  });

  it('drops and counts what is too long, or shaped like a personal number, however it is hidden', () => {
    const hidden = ['A123456789', 'subject=a800000014;', 'AB12345678', 'A12\u200b3456\u202e789'];
    for (const value of ['x'.repeat(257), ...hidden]) {
      expect(logged('warn', 'refused', { value, kept: 1 })).toMatchObject({ kept: 1, dropped: 1 });
      expect(logged('warn', 'refused', { value })).not.toHaveProperty('value');
    }
    const logger = createJsonLogger(() => undefined, clock);
    logger('info', 'x', { a: 'x'.repeat(300), b: Number.NaN });
    expect(logger.refused()).toBe(2);
  });

  it('keeps hashes and ids, which only look like numbers', () => {
    const entry = `a1${'23456789'.repeat(7)}ab`;
    expect(logged('info', 'x', { entry, id: '01890a5d-ac96-774b-bcce-b302099a8057' })).toMatchObject({ entry });
  });

  it('cannot be made to write a second line or to turn text around', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        const line = JSON.stringify(logged('error', text, { text }));
        expect(line).not.toMatch(/[\u0000-\u001f\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });

  it('lets no field change time, level or event', () => {
    expect(logged('info', 'x', { time: 'never', level: 'none' })).toMatchObject({ level: 'info', dropped: 2 });
  });
});

describe('the real randomness', () => {
  it('never hands out the same bytes twice, whatever is asked for', () => {
    const random = createRealRandom();
    const seen = new Set<string>();
    for (let draw = 0; draw < 5_000; draw += 1) seen.add(random.bytes(32).toString('hex'));
    expect(seen.size).toBe(5_000);
    for (const length of [0, 1, 4_096, 4_097, 40_000]) expect(random.bytes(length)).toHaveLength(length);
    expect(
      random
        .bytes(40_000)
        .subarray(-64)
        .some((byte) => byte !== 0),
    ).toBe(true);
  });
});

describe('the real clock', () => {
  it('runs an action once, in order, and not when it was cancelled', async () => {
    const clock = createRealClock();
    const begun = clock.monotonic();
    const ran: string[] = [];
    const cancel = clock.after(1, () => ran.push('cancelled'));
    cancel();
    clock.after(Number.MAX_SAFE_INTEGER, () => ran.push('in an age'))();
    await new Promise<void>((resolve) => {
      clock.after(5, () => {
        ran.push('run');
        resolve();
      });
    });
    expect(ran).toEqual(['run']);
    expect(clock.monotonic()).toBeGreaterThan(begun);
  });
});
