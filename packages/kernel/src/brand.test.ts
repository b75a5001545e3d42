import { describe, expect, it } from 'vitest';
import {
  encodeBase64Url,
  memberOf,
  parseAgreementId,
  parseGatewayId,
  parseGrantId,
  parseLogOrigin,
  parseMemberId,
  parsePseudonym,
  parsePurposeCode,
  parseServiceId,
  parseSubsystemId,
  subsystemOf,
} from './index.ts';

describe('X-Road ids', () => {
  const grammars = [
    { parse: parseMemberId, parts: 3 },
    { parse: parseSubsystemId, parts: 4 },
    { parse: parseGatewayId, parts: 4 },
    { parse: parseServiceId, parts: 5 },
  ] as const;

  it.each(grammars)('with $parts parts take exactly $parts parts of the r1 characters', ({ parse, parts }) => {
    const spell = (last: string, count: number = parts) => [...Array<string>(count - 1).fill('TW'), last].join('/');
    for (const last of ['A01', "a'()+,-.=?Z9", '...', 'x'.repeat(64)]) expect(parse(spell(last)).ok, last).toBe(true);
    for (const count of [1, 2, 3, 4, 5, 6]) expect(parse(spell('A01', count)).ok).toBe(count === parts);
    for (const last of ['', '.', '..', 'a b', 'a%2F', 'a;b', 'a:b', 'a_b', '戶政', 'Ａ', 'a\n', 'x'.repeat(65)]) {
      expect(parse(spell(last)).ok, last).toBe(false);
    }
    expect(parse(`/${spell('A01', parts - 1)}`).ok).toBe(false);
    expect(parse(`TW/../${spell('A01', parts - 2)}`).ok).toBe(false);
  });

  it('name the member and the subsystem they belong to', () => {
    const service = parseServiceId('TW/GOV/A01/household/residents');
    expect(service.ok && memberOf(service.value)).toBe('TW/GOV/A01');
    expect(service.ok && subsystemOf(service.value)).toBe('TW/GOV/A01/household');
  });
});

describe('other ids', () => {
  const grammars = [
    [parsePurposeCode, ['parking-permit', 'tax.2026', 'a'], ['', 'A', 'a--b', '-a', 'a b', 'a'.repeat(65)]],
    [parseAgreementId, ['a', 'AG-2026:1', 'x.y_z'], ['', '-a', 'a-', 'a/b', 'a b', 'x'.repeat(129)]],
    [parseGrantId, ['0190163d-8694-739b-aea5-966c26f8ad91'], ['', ' a', '../a', '同意']],
    [parseLogOrigin, ['gateway.example/a01', 'TW-GOV-A01-gw1'], ['', 'a b', 'a+b', 'a\n', 'a\u00a0b', 'x'.repeat(256)]],
    [
      parsePseudonym,
      ['A'.repeat(43)],
      ['', 'A'.repeat(42), 'A'.repeat(44), `${'A'.repeat(42)}B`, `${'+'.repeat(42)}A`],
    ],
  ] as const;
  it.each(grammars.map(([parse, good, bad]) => ({ name: parse.name, parse, good, bad })))(
    '$name takes its grammar and nothing else',
    ({ parse, good, bad }) => {
      for (const text of good) expect(parse(text), text).toEqual({ ok: true, value: text });
      for (const text of bad) expect(parse(text).ok, text).toBe(false);
    },
  );

  it('takes as pseudonym exactly what 32 bytes can be written as', () => {
    for (let byte = 0; byte < 256; byte += 1) {
      expect(parsePseudonym(encodeBase64Url(Buffer.alloc(32, byte))).ok).toBe(true);
    }
  });
});
