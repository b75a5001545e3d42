import { describe, expect, it } from 'vitest';
import { forwardR1Headers, isListClients, parseR1Call } from './index.ts';

const CLIENT = ['x-road-client', 'TW/GOV/VEHICLES/register'] as const;
const ID = '01890a5d-ac96-774b-bcce-b302099a8057';
type Headers = readonly (readonly [string, string])[];
const parse = (path: string, headers: Headers = [CLIENT], method = 'GET') => parseR1Call({ method, path, headers });
const errorOf = (path: string, headers?: Headers, method?: string) => {
  const parsed = parse(path, headers, method);
  return parsed.ok
    ? 'accepted'
    : parsed.error.about === undefined
      ? parsed.error.rule
      : `${parsed.error.rule} ${parsed.error.about}`;
};

describe('a request on the consumer port', () => {
  it('is read as X-Road has it', () => {
    const headers = [
      CLIENT,
      ['x-road-id', ID],
      ['x-road-security-server', 'TW/GOV/HOUSEHOLD/gw1'],
      ['x-road-represented-party', 'COM/1234'],
      ['t-road-grant', 'g'],
      ['t-road-purpose', 'parking-permit'],
      ['t-road-sealed-subject', 's'],
    ] as const;
    expect(parse('/r1/TW/GOV/HOUSEHOLD/register/residents/residents/me?x=%2e&y', headers, 'POST')).toEqual({
      ok: true,
      value: {
        method: 'POST',
        service: 'TW/GOV/HOUSEHOLD/register/residents',
        provider: 'TW/GOV/HOUSEHOLD/register',
        path: '/residents/me',
        query: '?x=%2e&y',
        client: 'TW/GOV/VEHICLES/register',
        queryId: ID,
        messageId: ID,
        securityServer: 'TW/GOV/HOUSEHOLD/gw1',
        representedParty: { memberClass: 'COM', memberCode: '1234' },
        grant: 'g',
        purpose: 'parking-permit',
        sealedSubject: 's',
      },
    });
  });

  it.each([
    ['/r1/TW/GOV/A/s/c', '', ''],
    ['/r1/TW/GOV/A/s/c/', '/', ''],
    ['/r1/TW/GOV/A/s/c?q', '', '?q'],
    ['/r1/TW/GOV/A/s/c/a/b/', '/a/b/', ''],
    ['/r1/TW/GOV/A/s/c/r1/TW?a/b', '/r1/TW', '?a/b'],
    ['/r1/%54W/GOV/A/s/c/x', '/x', ''],
    ["/r1/TW/GOV/A/s/c'()+,-.=%3F/x", '/x', ''],
  ])('%s leaves path %j and query %j', (target, path, query) => {
    expect(parse(target)).toMatchObject({ ok: true, value: { path, query } });
  });

  it('decodes each part of the id by itself', () => {
    expect(parse('/r1/%54W/GOV/%41/s/a%2Bb')).toMatchObject({ value: { service: 'TW/GOV/A/s/a+b' } });
    expect(parse('/r1/TW/GOV/A/s/c', [['x-road-client', 'TW/GOV/%41/%73']])).toMatchObject({
      value: { client: 'TW/GOV/A/s' },
    });
    expect(parse('/r1/TW/GOV/A/s/c', [['x-road-client', 'TW/GOV/A']])).toMatchObject({ value: { client: 'TW/GOV/A' } });
  });

  it.each([
    '/',
    '',
    '/r1',
    '/r1/',
    '/r1/TW',
    '/r1/TW/GOV/A/s',
    '/r1/TW/GOV/A/s?c=/x/y/z',
    '/r1/TW/GOV/A/s/',
    '/r1//GOV/A/s/c',
    '/r1/TW//A/s/c',
    '/r1/TW/GOV//s/c',
    '/r1/TW/GOV/A//c',
    '/r1/TW/GOV/A/s//c',
    '//r1/TW/GOV/A/s/c',
    '/x/r1/TW/GOV/A/s/c',
    '/R1/TW/GOV/A/s/c',
    '/r/TW/GOV/A/s/c',
    '/r10/TW/GOV/A/s/c',
    '/%721/TW/GOV/A/s/c',
    '/r1/TW/GOV/A/s/%2E%2E',
    '/r1/TW/GOV/A/s/..',
    '/r1/TW/GOV/A/s/.',
    '/r1/TW/GOV/../s/c',
    '/r1/TW/GOV/A/s/c%2Fd',
    '/r1/TW/GOV/A%2Fs/x/c',
    '/r1/TW/GOV/A/s/c%5C',
    '/r1/TW/GOV/A/s/c;v=1',
    '/r1/TW/GOV/A/s/c_d',
    '/r1/TW/GOV/A/s/c%00',
    '/r1/TW/GOV/A/s/c%0A',
    '/r1/TW/GOV/A/s/%',
    '/r1/TW/GOV/A/s/%C0%AE',
    '/r1/TW/GOV/A/s/%E4%BA%BA',
    '/r1/TW/GOV/A/s/人',
    '/r1/TW/GOV/A/s/c d',
    `/r1/TW/GOV/A/s/${'c'.repeat(65)}`,
    'http://elsewhere/r1/TW/GOV/A/s/c',
  ])('is refused for its service id: %j', (path) => {
    expect(errorOf(path)).toBe('identifier-malformed');
  });

  it.each(['/r0/TW/GOV/A/s/c', '/r2/TW/GOV/A/s/c', '/r9/x'])('is refused for its version: %s', (path) => {
    expect(errorOf(path)).toBe('protocol-version-unsupported');
  });

  it.each(['/..', '/a/../b', '//', '/%2e', '/a;b', '/a%2Fb', '/a#b'])(
    'is refused for the path %j below the service',
    (path) => {
      expect(errorOf(`/r1/TW/GOV/A/s/c${path}`)).toBe('path-not-normalised');
    },
  );

  it.each(['CONNECT', 'get', 'PROPFIND', '', 'LINK'])('is refused for the method %j', (method) => {
    expect(errorOf('/r1/TW/GOV/A/s/c', [CLIENT], method)).toBe('method-not-known');
  });

  it.each<[string, Headers]>([
    ['header-missing x-road-client', []],
    ['header-malformed x-road-client', [['x-road-client', '']]],
    ['header-malformed x-road-client', [['x-road-client', 'TW']]],
    ['header-malformed x-road-client', [['x-road-client', 'TW/GOV']]],
    ['header-malformed x-road-client', [['x-road-client', 'TW/GOV/A/s/c']]],
    ['header-malformed x-road-client', [['x-road-client', 'TW/GOV//s']]],
    ['header-malformed x-road-client', [['x-road-client', 'TW/GOV/A/..']]],
    ['header-malformed x-road-client', [['x-road-client', ' TW/GOV/A/s']]],
    ['header-malformed x-road-client', [['x-road-client', 'TW/GOV/A/s\u0000']]],
    ['header-malformed x-road-security-server', [CLIENT, ['x-road-security-server', 'TW/GOV/A']]],
    ['header-malformed x-road-security-server', [CLIENT, ['x-road-security-server', 'TW/GOV/A/gw/1']]],
    ['header-malformed x-road-represented-party', [CLIENT, ['x-road-represented-party', '']]],
    ['header-malformed x-road-represented-party', [CLIENT, ['x-road-represented-party', 'a/b/c']]],
    ['header-malformed x-road-id', [CLIENT, ['x-road-id', 'x'.repeat(256)]]],
    ['header-malformed t-road-grant', [CLIENT, ['t-road-grant', 'a'], ['t-road-grant', 'b']]],
    ['header-malformed t-road-purpose', [CLIENT, ['t-road-purpose', 'a'], ['t-road-purpose', 'a']]],
    ['spoofed-header t-road-subject', [CLIENT, ['t-road-subject', 'A123456789']]],
    ['spoofed-header t-road-fields', [['t-road-fields', 'all']]],
    ['spoofed-header t-road-message-id', [CLIENT, ['t_road_message_id', ID]]],
    ['spoofed-header t-road-evidence', [CLIENT, ['t-road-evidence', 'x']]],
  ])('is refused with %s', (expected, headers) => {
    expect(errorOf('/r1/TW/GOV/A/s/c', headers)).toBe(expected);
  });

  it('lets the last of several clients win, and forwards no other', () => {
    const headers = [['x-road-client', 'TW/GOV/OTHER/x'], ['accept', '*/*'], CLIENT, ['host', 'h']] as const;
    const parsed = parse('/r1/TW/GOV/A/s/c', headers);
    expect(parsed).toMatchObject({ value: { client: 'TW/GOV/VEHICLES/register' } });
    if (!parsed.ok) throw new Error('refused');
    expect(forwardR1Headers(headers, parsed.value, ID as never)).toEqual([
      ['accept', '*/*'],
      CLIENT,
      ['x-road-id', ID],
    ]);
  });

  it('echoes any X-Road-Id, and takes only a UUIDv7 for the message id', () => {
    const parsed = parse('/r1/TW/GOV/A/s/c', [CLIENT, ['x-road-id', 'case-7']]);
    expect(parsed.ok && parsed.value.queryId).toBe('case-7');
    expect(parsed.ok && parsed.value.messageId).toBeUndefined();
    expect(
      forwardR1Headers([['x-road-id', 'case-7']], { client: 'c' as never, queryId: 'case-7' }, ID as never),
    ).toContainEqual(['x-road-id', 'case-7']);
  });

  it('forwards the sealed subject, and neither grant nor purpose', () => {
    const headers = [CLIENT, ['t-road-sealed-subject', 's'], ['t-road-grant', 'g'], ['t-road-purpose', 'p']] as const;
    const parsed = parse('/r1/TW/GOV/A/s/c', headers);
    if (!parsed.ok) throw new Error('refused');
    expect(forwardR1Headers(headers, parsed.value, ID as never)).toEqual([
      CLIENT,
      ['x-road-id', ID],
      ['t-road-sealed-subject', 's'],
    ]);
  });

  it.each(['listMethods', 'allowedMethods', 'getOpenAPI'])('knows the meta-service %s', (name) => {
    expect(parse(`/r1/TW/GOV/A/s/${name}?serviceCode=x`)).toMatchObject({
      value: { metaService: name, provider: 'TW/GOV/A/s', query: '?serviceCode=x' },
    });
  });

  it('knows listClients, which stands outside /r1', () => {
    expect(isListClients({ method: 'GET', path: '/listClients' })).toBe(true);
    expect(isListClients({ method: 'GET', path: '/listClients?x' })).toBe(true);
    expect(isListClients({ method: 'POST', path: '/listClients' })).toBe(false);
    expect(isListClients({ method: 'GET', path: '/listClientsX' })).toBe(false);
  });
});
