import { createVerifierKey, formatVerifierKey } from '@minben/evidence';
import type { Agreement, GatewayEntry, Service } from '@minben/exchange';
import { createFileSigner } from '@minben/ports';
import { describe, expect, it } from 'vitest';
import { checkSources } from './check-sources.ts';
import type { Sourced, Sources } from './read-sources.ts';

const title = { 'zh-TW': '名', en: 'Name' };
const rawKey = createFileSigner(Buffer.alloc(32, 1)).publicKey;
const vkey = (name: string, type: 'log' | 'witness') => formatVerifierKey(createVerifierKey(name, type, rawKey));
const endpoints = [{ method: 'GET', path: '/resident' }];

function makeSources(
  changes: {
    gateway?: Partial<GatewayEntry>;
    service?: Partial<Service>;
    agreement?: Partial<Agreement>;
    sources?: Partial<Sources>;
  } = {},
): Sources {
  const put = <T>(file: string, value: T): Sourced<T>[] => [{ file, value }];
  return {
    policy: { policy: { maximumAgeSeconds: 60, freshnessSeconds: 30, retrySeconds: 60 }, witnessQuorum: 1 },
    members: put('members/a.json', { id: 'TW/GOV/A', name: title, sector: 'a', subsystems: ['register'] }),
    gateways: put('gateways/a.json', {
      id: 'TW/GOV/A/gw1',
      member: 'TW/GOV/A',
      origin: 'a.example/log',
      logKey: vkey('a.example/log', 'log'),
      sealingKey: Buffer.from(rawKey).toString('base64url'),
      address: '127.0.0.1:1',
      publicUrl: 'http://127.0.0.1:2',
      certificates: ['ab'.repeat(32)],
      validFrom: 0,
      validUntil: 10,
      ...changes.gateway,
    }),
    services: put('services/a.json', {
      id: 'TW/GOV/A/register/residents',
      version: '1',
      title,
      personal: true,
      endpoints,
      gateways: ['TW/GOV/A/gw1'],
      policy: { withoutHubSeconds: 1, leaseMilliseconds: 1000, headBeforeRelease: false },
      ...changes.service,
    }),
    agreements: put('agreements/a.json', {
      id: 'one',
      client: 'TW/GOV/A/register',
      service: 'TW/GOV/A/register/residents',
      basis: { kind: 'consent' as const },
      purposes: ['parking-permit'],
      endpoints,
      fields: ['name', 'address.county'],
      validFrom: 0,
      validUntil: 10,
      suspendedBy: [],
      ...changes.agreement,
    }),
    witnesses: put('witnesses/w.json', {
      name: 'w.example',
      key: vkey('w.example', 'witness'),
      url: 'http://127.0.0.1:3',
    }),
    purposes: put('purposes/p.json', { code: 'parking-permit', title }),
    ...changes.sources,
  };
}

const check = (sources: Sources) => checkSources(sources, { instance: 'TW', hubOrigin: 'hub.example/log' });

describe('the source files together', () => {
  it('have no problem when they fit', () => {
    expect(check(makeSources())).toEqual([]);
  });

  const member = makeSources().members[0] as Sources['members'][number];
  const mistakes: [string, string, Parameters<typeof makeSources>[0]][] = [
    [
      'a member of another instance',
      'members/a.json id',
      { sources: { members: [{ ...member, value: { ...member.value, id: 'XX/GOV/A' } }] } },
    ],
    [
      'a sector with capitals',
      'members/a.json sector',
      { sources: { members: [{ ...member, value: { ...member.value, sector: 'A' } }] } },
    ],
    [
      'a member twice',
      'members/again.json id',
      { sources: { members: [member, { ...member, file: 'members/again.json' }] } },
    ],
    [
      'a gateway of an unknown member',
      'gateways/a.json member',
      { gateway: { id: 'TW/GOV/Z/gw1', member: 'TW/GOV/Z' } },
    ],
    ['a gateway named after another member', 'gateways/a.json id', { gateway: { id: 'TW/GOV/Z/gw1' } }],
    ['a log key of another log', 'gateways/a.json logKey', { gateway: { logKey: vkey('b.example/log', 'log') } }],
    [
      'a witness key in a log’s place',
      'gateways/a.json logKey',
      { gateway: { logKey: vkey('a.example/log', 'witness') } },
    ],
    [
      'the hub’s own origin',
      'gateways/a.json origin',
      { gateway: { origin: 'hub.example/log', logKey: vkey('hub.example/log', 'log') } },
    ],
    [
      'a certificate twice',
      'gateways/a.json certificates',
      { gateway: { certificates: ['ab'.repeat(32), 'ab'.repeat(32)] } },
    ],
    ['an address without a port', 'gateways/a.json address', { gateway: { address: 'localhost' } }],
    ['an end before its beginning', 'gateways/a.json validUntil', { gateway: { validUntil: 0 } }],
    [
      'a service of an unknown subsystem',
      'services/a.json id',
      { service: { id: 'TW/GOV/A/other/residents' }, agreement: { service: 'TW/GOV/A/other/residents' } },
    ],
    ['a service at an unknown gateway', 'services/a.json gateways[0]', { service: { gateways: ['TW/GOV/A/gw9'] } }],
    ['a service at no gateway', 'services/a.json gateways', { service: { gateways: [] } }],
    ['an agreement of an unknown client', 'agreements/a.json client', { agreement: { client: 'TW/GOV/A/other' } }],
    [
      'an agreement on an unknown service',
      'agreements/a.json service',
      { agreement: { service: 'TW/GOV/A/register/other' } },
    ],
    [
      'an agreement for an unknown purpose',
      'agreements/a.json purposes[1]',
      { agreement: { purposes: ['parking-permit', 'other'] } },
    ],
    ['a field that is no path', 'agreements/a.json fields[0]', { agreement: { fields: ['..'] } }],
    [
      'an endpoint with a wrong method',
      'agreements/a.json endpoints[0].method',
      { agreement: { endpoints: [{ method: 'get', path: '/a' }] } },
    ],
    [
      'a log key in a witness’s place',
      'witnesses/w.json key',
      {
        sources: {
          witnesses: [
            {
              file: 'witnesses/w.json',
              value: { name: 'w.example', key: vkey('w.example', 'log'), url: 'http://127.0.0.1:3' },
            },
          ],
        },
      },
    ],
    [
      'a quorum that no number of witnesses reaches',
      'policy.json witnessQuorum',
      { sources: { policy: { ...makeSources().policy, witnessQuorum: 2 } } },
    ],
  ];
  it.each(mistakes)('are refused for %s, at %s', (_what, place, changes) => {
    expect(check(makeSources(changes)).map(({ file, field }) => `${file} ${field}`)).toContain(place);
  });

  it('tell every mistake at once, each in both languages', () => {
    const problems = check(
      makeSources({ gateway: { address: '' }, service: { gateways: [] }, agreement: { client: 'nobody' } }),
    );
    expect(problems.length).toBeGreaterThanOrEqual(3);
    for (const { text } of problems)
      expect([text['zh-TW'], text.en].every((sentence) => sentence.length > 0)).toBe(true);
  });
});
