import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcp } from 'node:net';
import { join, relative } from 'node:path';
import { createRealNetwork, type HeaderList, type RealNetwork } from '@minben/ports';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RegisterCall } from './core/register-port.ts';
import { openRegisterDoor, type RegisterDoorOptions } from './register-door.ts';

const SECRET = 'a-secret-of-thirty-two-characters';
const CALL: RegisterCall = {
  service: 'TW/GOV/A/s/c',
  method: 'GET',
  path: '/residents/me?x=%2e',
  headers: [
    ['accept', 'application/json'],
    ['accept-encoding', 'gzip'],
    ['x-road-client', 'TW/GOV/FORGED/x'],
    ['range', 'bytes=0-1'],
    ['x-mine', '1'],
  ],
  body: Buffer.alloc(0),
  subject: 'pseudonym',
  purpose: 'parking-permit',
  fields: ['address.county', 'name', '姓名'],
  messageId: 'm-1',
  client: 'TW/GOV/B/s',
};

let network: RealNetwork;
const servers: { close(done?: () => void): unknown; closeAllConnections?: () => void }[] = [];
const lines: Record<string, unknown>[] = [];

beforeAll(() => {
  network = createRealNetwork();
});
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections?.();
    server.close();
  }
  lines.length = 0;
});
afterAll(() => network.close());

describe('the door to the register', () => {
  it('sends the path as it stands, under the base address', async () => {
    const seen: string[] = [];
    const base = await listen((request, answer) => {
      seen.push(`${request.method} ${request.url}`);
      answer.end('{}');
    });
    const door = open(`${base}/api/`);
    await door.forward(CALL);
    await door.forward({ ...CALL, path: '' });
    await open(base).forward({ ...CALL, path: '?q=1' });
    expect(seen).toEqual(['GET /api/residents/me?x=%2e', 'GET /api', 'GET /?q=1']);
  });

  it('writes who, why, which fields and which message, itself and alone', async () => {
    const headers = await headersSeen(CALL);
    expect(headers).toMatchObject({
      't-road-subject': 'pseudonym',
      't-road-purpose': 'parking-permit',
      't-road-fields': 'address.county,name,%E5%A7%93%E5%90%8D',
      't-road-message-id': 'm-1',
      't-road-client': 'TW/GOV/B/s',
      't-road-gateway-secret': SECRET,
      'x-road-client': 'TW/GOV/B/s',
      'x-mine': '1',
    });
  });

  it('lets no header from outside stand beside its own', async () => {
    const spoofed: HeaderList = [
      ['t-road-subject', 'other'],
      ['t_road_subject', 'other'],
      ['t-road-purpose', 'all'],
      ['t-road-gateway-secret', 'guess'],
      ['t-road-sealed-subject', 's'],
      ['connection', 'x-mine'],
      ['x-mine', '1'],
    ];
    const headers = await headersSeen({ ...CALL, headers: spoofed, subject: undefined });
    expect(headers['t-road-subject']).toBeUndefined();
    expect(headers.t_road_subject).toBeUndefined();
    expect(headers['t-road-sealed-subject']).toBeUndefined();
    expect(headers['x-mine']).toBeUndefined();
    expect(headers['t-road-purpose']).toBe('parking-permit');
    expect(headers['t-road-gateway-secret']).toBe(SECRET);
  });

  it('asks for a whole, plain document where fields are to be filtered', async () => {
    expect(await headersSeen(CALL)).toMatchObject({ 'accept-encoding': 'identity' });
    expect((await headersSeen(CALL)).range).toBeUndefined();
    const whole = await headersSeen({ ...CALL, fields: 'whole-document' });
    expect(whole).toMatchObject({ 'accept-encoding': 'gzip', range: 'bytes=0-1', 't-road-fields': 'whole-document' });
  });

  it('passes the system’s own answer on, errors and redirects included', async () => {
    const base = await listen((_request, answer) => answer.writeHead(302, { location: '/elsewhere' }).end('moved'));
    const answer = await open(base).forward(CALL);
    expect(answer).toMatchObject({ ok: true, value: { status: 302 } });
  });

  it('says register-unreachable when nothing listens', async () => {
    const base = await listen(() => undefined);
    const server = servers.splice(0)[0] as Server;
    await new Promise<void>((resolve) => server.close(() => resolve()));
    expect(await open(base).forward(CALL)).toEqual({ ok: false, error: 'register-unreachable' });
    expect(lines).toMatchObject([{ event: 'register-failed', sent: false }]);
  });

  it('says register-timeout when no answer comes', async () => {
    const base = await listen(() => undefined);
    expect(await open(base, { timeoutMs: 200 }).forward({ ...CALL, method: 'POST', body: Buffer.from('{}') })).toEqual({
      ok: false,
      error: 'register-timeout',
    });
  });

  it('says outcome-unknown when the connection breaks after an unsafe call was sent', async () => {
    const base = await listenTcp();
    const door = open(base);
    expect(await door.forward({ ...CALL, method: 'POST', body: Buffer.from('{}') })).toEqual({
      ok: false,
      error: 'outcome-unknown',
    });
    expect(await door.forward(CALL)).toEqual({ ok: false, error: 'register-unreachable' });
  });

  it('says register-answer-too-large when the answer outgrows its limit', async () => {
    const base = await listen((_request, answer) => answer.end('x'.repeat(5000)));
    expect(await open(base, { maximumBytes: 1000 }).forward(CALL)).toEqual({
      ok: false,
      error: 'register-answer-too-large',
    });
  });

  it('refuses more calls at a time than it may have, before a byte is sent', async () => {
    const waiting: ServerResponse[] = [];
    const base = await listen((_request, answer) => waiting.push(answer));
    const door = open(base, {}, { maximumInFlight: 2 });
    const calls = [door.forward(CALL), door.forward(CALL)];
    expect(await door.forward(CALL)).toEqual({ ok: false, error: 'overloaded' });
    await until(() => waiting.length === 2);
    for (const answer of waiting) answer.end('{}');
    for (const call of calls) expect(await call).toMatchObject({ ok: true });
    expect(door.inFlight).toBe(0);
  });

  it('refuses a service that has no address, and a path that is not normal', async () => {
    const base = await listen((_request, answer) => answer.end('{}'));
    expect(await open(base).forward({ ...CALL, service: 'TW/GOV/A/s/other' })).toEqual({
      ok: false,
      error: 'register-unreachable',
    });
    for (const path of ['@elsewhere/', '/a/../b', '.elsewhere', ':1/']) {
      expect(await open(base).forward({ ...CALL, path })).toEqual({ ok: false, error: 'path-not-normalised' });
    }
  });

  it.each(['ftp://h', 'http://user:pass@h', 'http://h/?q', 'http://h/#f', 'h:1'])(
    'does not open onto %s',
    (baseUrl) => {
      expect(() => open(baseUrl)).toThrow();
    },
  );

  it('does not open with a short secret', () => {
    expect(() => open('http://127.0.0.1:1', {}, { secret: 'short' })).toThrow(/32/);
  });

  it('writes neither person nor secret nor path to the log', async () => {
    await open('http://127.0.0.1:1').forward({ ...CALL, path: '/A123456789' });
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toMatch(/pseudonym|a-secret|A123456789/);
  });
});

describe('the source of the gateway', () => {
  const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.includes('test-support'))
    .map((name) => ({
      name: relative('.', name).replaceAll('\\', '/'),
      text: readFileSync(join(import.meta.dirname, name), 'utf8'),
    }));
  const holding = (pattern: RegExp) => sources.filter(({ text }) => pattern.test(text)).map(({ name }) => name);

  it('forwards to a register in one place only', () => {
    expect(holding(/\.forward\(/)).toEqual(['core/receive.ts']);
    expect(sources.find(({ name }) => name === 'core/receive.ts')?.text.match(/\.forward\(/g)).toHaveLength(1);
  });

  it('uses the address of an agency’s system in the door only', () => {
    const outsideConfig = holding(/\.baseUrl\b/).filter((name) => !name.startsWith('config/'));
    expect(outsideConfig).toEqual(['register-door.ts']);
  });

  it('names the person towards a register in the door only', () => {
    expect(holding(/['"`]t-road-(subject|gateway-secret|fields)['"`]/i)).toEqual(['register-door.ts']);
  });
});

function open(
  baseUrl: string,
  address: { timeoutMs?: number; maximumBytes?: number } = {},
  options: Partial<RegisterDoorOptions> = {},
) {
  return openRegisterDoor({
    network,
    log: (level, event, fields) => lines.push({ level, event, ...fields }),
    services: new Map([[CALL.service, { baseUrl, timeoutMs: 20_000, maximumBytes: 1_000_000, ...address }]]),
    secret: SECRET,
    maximumInFlight: 100,
    ...options,
  });
}

async function headersSeen(call: RegisterCall): Promise<IncomingMessage['headers']> {
  let seen: IncomingMessage['headers'] = {};
  const base = await listen((request, answer) => {
    seen = request.headers;
    answer.end('{}');
  });
  await open(base).forward(call);
  return seen;
}

function listen(handler: (request: IncomingMessage, answer: ServerResponse) => void): Promise<string> {
  const server = createServer(handler);
  servers.push(server);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

/** A system that reads a request and hangs up. */
function listenTcp(): Promise<string> {
  const server = createTcp((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.destroy());
  });
  servers.push(server);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
