import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  areWellFormedHeaders,
  digestHeaders,
  findSpoofedHeader,
  forwardRequestHeaders,
  forwardResponseHeaders,
  type HeaderSource,
} from './header-rules.ts';

const SET_BY_GATEWAYS = [
  't-road-subject',
  't-road-fields',
  't-road-message-id',
  't-road-client',
  't-road-gateway-secret',
  't-road-anything-else',
];
const sources: HeaderSource[] = ['application', 'peer-gateway', 'register'];

describe('headers that only a gateway may set', () => {
  it.each(sources.flatMap((source) => SET_BY_GATEWAYS.map((name) => [name, source] as const)))(
    'refuses %s from the %s',
    (name, source) => {
      expect(
        findSpoofedHeader(
          [
            ['accept', '*/*'],
            [name, 'x'],
          ],
          source,
        ),
      ).toBe(name);
    },
  );

  it.each(['T-Road-Subject', 't_road_subject', 'T-Road_Subject', 't-road-'])('refuses the spelling %s', (name) => {
    expect(findSpoofedHeader([[name, 'x']], 'application')).toBeDefined();
    expect(forwardRequestHeaders([[name, 'x']])).toEqual([]);
  });

  it.each(['t_road_grant', 't_road_purpose', 'T-Road-Grant'])(
    'refuses %s, which is only like an allowed one',
    (name) => {
      expect(findSpoofedHeader([[name, 'x']], 'application')).toBeDefined();
    },
  );

  it('lets an application send grant, purpose and sealed subject to its own gateway', () => {
    expect(
      findSpoofedHeader(
        [
          ['t-road-grant', 'g'],
          ['t-road-purpose', 'p'],
          ['t-road-sealed-subject', 's'],
        ],
        'application',
      ),
    ).toBeUndefined();
    expect(findSpoofedHeader([['t-road-purpose', 'p']], 'peer-gateway')).toBe('t-road-purpose');
    expect(findSpoofedHeader([['t-road-grant', 'p']], 'register')).toBe('t-road-grant');
  });

  it('names the header and never repeats its value', () => {
    expect(findSpoofedHeader([['t-road-subject', 'A123456789']], 'application')).not.toContain('A123456789');
  });
});

describe('forwarding', () => {
  it.each([
    'connection',
    'keep-alive',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
    'proxy-authorization',
    'proxy-authenticate',
    'host',
    'user-agent',
    'server',
    'content-length',
    'expect',
    'x-road-request-hash',
    'x-road-request-id',
    'x-road-error',
    't-road-grant',
    't-road-purpose',
  ])('drops %s', (name) => {
    expect(forwardRequestHeaders([[name, 'x']])).toEqual([]);
    expect(forwardResponseHeaders([[name, 'x']], false)).toEqual([]);
  });

  it('drops what Connection names, in any case and any number of fields', () => {
    const headers = [
      ['connection', 'close, X-Mine'],
      ['x-mine', '1'],
      ['x-other', '2'],
      ['connection', 'x-third'],
      ['x-third', '3'],
    ] as const;
    expect(forwardRequestHeaders(headers)).toEqual([['x-other', '2']]);
  });

  it('keeps everything else, in order and as often as it came', () => {
    const headers = [
      ['accept', 'a'],
      ['x-road-client', 'TW/GOV/A/b'],
      ['x-road-issue', '7'],
      ['accept', 'b'],
      ['authorization', 'z'],
    ] as const;
    expect(forwardRequestHeaders(headers)).toEqual(headers);
  });

  it('drops what identifies the unfiltered document once it was filtered', () => {
    const headers = [
      ['etag', '"1"'],
      ['content-digest', 'sha-256=:x:'],
      ['content-type', 'application/json'],
    ] as const;
    expect(forwardResponseHeaders(headers, true)).toEqual([['content-type', 'application/json']]);
    expect(forwardResponseHeaders(headers, false)).toEqual(headers);
  });
});

describe('well-formed headers', () => {
  it.each([
    ['X-Upper', 'a'],
    ['a b', 'a'],
    ['', 'a'],
    ['a:', 'a'],
    ['a', 'b\r\nc: d'],
    ['a', 'b\nc'],
    ['a', '\u0000'],
    ['a', '人'],
    ['人', 'a'],
    ['a', '\u007f'],
  ])('do not hold %j: %j', (name, value) => {
    expect(
      areWellFormedHeaders([
        ['accept', '*/*'],
        [name, value],
      ]),
    ).toBe(false);
  });

  it('hold tokens and octets', () => {
    expect(
      areWellFormedHeaders([
        ['x-a_b.c', 'é \t"x"'],
        ['accept', ''],
      ]),
    ).toBe(true);
  });
});

describe('the digest over headers', () => {
  it('is SHA-256 over lengths, names and values', () => {
    // printf '6:accept3:*/*' | sha256sum
    expect(digestHeaders([['Accept', '*/*']])).toBe('04509d7bd99f70bba9d64de8c2e7e9fec6872326453359db8755a3cfd6e97219');
  });

  it('differs whenever a name, a value, their order or their borders differ', () => {
    const text = fc.stringMatching(/^[a-z0-9:]{0,3}$/);
    const headers = fc.array(fc.tuple(text, text), { maxLength: 3 });
    fc.assert(
      fc.property(headers, headers, (one, other) => {
        expect(digestHeaders(one) === digestHeaders(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
      { numRuns: 3000 },
    );
  });
});
