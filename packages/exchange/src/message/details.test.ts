import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseRequestDetails,
  parseResponseDetails,
  type RequestDetails,
  type ResponseDetails,
  writeRequestDetails,
  writeResponseDetails,
} from './details.ts';

const digest = 'ab'.repeat(32);
const request: RequestDetails = {
  v: 1,
  id: '0192f0c1-0000-7000-8000-000000000001',
  from: { client: 'TW/GOV/A/app', gateway: 'TW/GOV/A/gw1', member: 'TW/GOV/A' },
  to: { gateway: 'TW/GOV/B/gw1', member: 'TW/GOV/B' },
  origin: 'a.example/log',
  service: 'TW/GOV/B/register/residents',
  serviceVersion: '1',
  method: 'GET',
  path: '/registration?x=戶籍',
  headers: digest,
  body: { length: 0, sha256: digest },
  agreement: 'a-1',
  purpose: 'permit',
  bundle: 3,
  iat: 1_790_000_000,
  exp: 1_790_000_060,
};
const response: ResponseDetails = {
  v: 1,
  id: request.id,
  request: digest,
  from: request.to,
  to: { gateway: 'TW/GOV/A/gw1', member: 'TW/GOV/A' },
  origin: 'b.example/log',
  status: 200,
  headers: digest,
  body: { length: 2, sha256: digest },
  fields: ['name', 'address.county'],
  outcome: 'delivered',
  statusVersion: 7,
  iat: 1_790_000_001,
};

/** RFC 8785 for the values that occur here: sorted members, ECMAScript strings and integers. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}

describe('details of a message', () => {
  it('are written in RFC 8785 form', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.string(),
        fc.nat(),
        fc.boolean(),
        (path, purpose, bundle, granted) => {
          const details = { ...request, path, purpose, bundle, ...(granted ? { grant: digest } : {}) };
          expect(writeRequestDetails(details)).toBe(canonical(details));
          const answer = { ...response, rule: purpose, fields: [path, purpose], status: bundle };
          expect(writeResponseDetails(answer)).toBe(canonical(answer));
        },
      ),
    );
  });

  it('survive writing and reading unchanged', () => {
    expect(parseRequestDetails(Buffer.from(writeRequestDetails(request)))).toEqual({ ok: true, value: request });
    expect(parseResponseDetails(Buffer.from(writeResponseDetails(response)))).toEqual({ ok: true, value: response });
  });

  it('are refused when a byte is spaced, reordered, added, repeated or not UTF-8', () => {
    const good = writeRequestDetails(request);
    const bad = [
      ` ${good}`,
      `${good}\n`,
      good.replace('{"agreement":"a-1",', '{').replace('"v":1}', '"v":1,"agreement":"a-1"}'),
      good.replace('"v":1}', '"v":1,"x":1}'),
      good.replace('"v":1}', '"v":1,"v":1}'),
      good.replace('"v":1}', '"v":2}'),
      good.replace('"bundle":3', '"bundle":3.0'),
      good.replace('"bundle":3', '"bundle":-3'),
      good.replace('戶籍', '\\u6236\\u7c4d'),
      good.replace(`"headers":"${digest}"`, `"headers":"${digest.toUpperCase()}"`),
      'null',
      '[]',
      '',
    ];
    for (const candidate of bad) expect(parseRequestDetails(Buffer.from(candidate)).ok, candidate).toBe(false);
    expect(parseRequestDetails(Buffer.concat([Buffer.from(good), Buffer.from([0xff])])).ok).toBe(false);
    expect(parseRequestDetails(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(good)])).ok).toBe(false);
  });
});
