import { createServer, type Socket, connect as tcp } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpHandler, HttpRequest, Listener } from '../../network.ts';
import { createRealNetwork } from './network.ts';

const failures: unknown[] = [];
const network = createRealNetwork((error) => failures.push(error));
const open: Listener[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close(0)));
});

async function serve(handler: HttpHandler, maximumBytes?: number): Promise<string> {
  const limit = maximumBytes === undefined ? {} : { maximumBytes };
  const listener = await network.serve({ host: '127.0.0.1', port: 0, ...limit }, handler);
  open.push(listener);
  return `http://127.0.0.1:${listener.port}`;
}

/** A server that answers a connection's first bytes with exactly these, and keeps it open. */
async function speak(answer: string, then: (socket: Socket) => void = () => undefined): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(answer, 'latin1', () => then(socket)));
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  open.push({ port, close: async () => void server.close() });
  return `http://127.0.0.1:${port}`;
}

function raw(url: string, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = tcp(Number(url.split(':')[2]), '127.0.0.1', () => socket.write(text));
    socket.on('data', (bytes: Buffer) => {
      answer += bytes.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}

const get = (url: string, more: object = {}) => network.request({ method: 'GET', url, timeoutMs: 20_000, ...more });
const answer = (text: string) => ({ status: 200, headers: [], body: Buffer.from(text) });

describe('HTTP over real sockets', () => {
  it('carries path, header order, duplicates, status and body exactly as given, both ways', async () => {
    let seen: HttpRequest | undefined;
    const url = await serve(async (request) => {
      seen = request;
      return {
        status: 418,
        headers: [
          ['x-b', '1'],
          ['x-a', '2'],
          ['x-b', '3'],
        ],
        body: request.body,
      };
    });
    const path = '/a/../%2e%2E//b;c?q=%20&q=+#no';
    const body = Buffer.from([0, 255, 10, 13]);
    const response = await network.request({
      method: 'POST',
      url: url + path,
      headers: [
        ['x-two', '1'],
        ['x-one', '2'],
        ['X-Two', '3'],
      ],
      body,
      timeoutMs: 20_000,
    });
    expect(seen?.path).toBe(path);
    expect(seen?.headers.filter(([name]) => name.startsWith('x-'))).toEqual([
      ['x-two', '1'],
      ['x-one', '2'],
      ['x-two', '3'],
    ]);
    expect(response.status).toBe(418);
    expect(response.headers.slice(0, 3)).toEqual([
      ['x-b', '1'],
      ['x-a', '2'],
      ['x-b', '3'],
    ]);
    expect(Buffer.from(response.body)).toEqual(body);
  });

  it('gathers a body that comes in pieces', async () => {
    const url = await serve(async (request) => answer(String(request.body.length)));
    const request =
      'POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n';
    expect(await raw(url, request)).toMatch(/\r\n\r\n7$/);
  });

  it('answers 413 before the handler, announced or not', async () => {
    let called = 0;
    const url = await serve(async () => {
      called += 1;
      return answer('');
    }, 10);
    const announced = await network.request({ method: 'POST', url, body: Buffer.alloc(11), timeoutMs: 20_000 });
    expect(announced.status).toBe(413);
    const unsent = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 11\r\n\r\n';
    expect(await raw(url, unsent)).toMatch(/^HTTP\/1\.1 413 /);
    const chunked = 'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nb\r\nabcdefghijk\r\n0\r\n\r\n';
    expect(await raw(url, chunked)).toMatch(/^HTTP\/1\.1 413 /);
    expect(called).toBe(0);
    expect((await network.request({ method: 'POST', url, body: Buffer.alloc(10), timeoutMs: 20_000 })).status).toBe(
      200,
    );
  });

  it('refuses an answer above the limit, whether it was announced or not', async () => {
    const url = await serve(async () => answer('x'.repeat(100)));
    await expect(get(url, { maximumBytes: 99 })).rejects.toMatchObject({ reason: 'too-large', sent: true });
    expect((await get(url, { maximumBytes: 100 })).body).toHaveLength(100);
    const endless = await speak('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nabcd\r\n4\r\nabcd\r\n');
    await expect(get(endless, { maximumBytes: 7 })).rejects.toMatchObject({ reason: 'too-large', sent: true });
  });

  it('follows no redirect and decompresses nothing', async () => {
    const url = await serve(async ({ path }) =>
      path === '/other'
        ? answer('followed')
        : {
            status: 302,
            headers: [
              ['location', '/other'],
              ['content-encoding', 'gzip'],
            ],
            body: Buffer.from('as it is'),
          },
    );
    const response = await get(url);
    expect([response.status, String(response.body)]).toEqual([302, 'as it is']);
  });

  it('answers HEAD, 204 and 304 without a body', async () => {
    const url = await serve(async ({ path }) => ({ ...answer('body'), status: Number(path.slice(1)) }));
    for (const status of [204, 304]) expect((await get(`${url}/${status}`)).body).toHaveLength(0);
    const head = await network.request({ method: 'HEAD', url: `${url}/200`, timeoutMs: 20_000 });
    expect([head.status, head.body.length]).toEqual([200, 0]);
    expect(String((await get(`${url}/200`)).body)).toBe('body');
  });

  it('tells that nothing was sent when nobody listens', async () => {
    const url = await serve(async () => answer(''));
    await open.pop()?.close(0);
    await expect(get(url)).rejects.toMatchObject({ reason: 'refused', sent: false });
    await expect(get('http://no-such-host.invalid/')).rejects.toMatchObject({ reason: 'unreachable', sent: false });
  });

  it('tells that a byte may have left when the answer fails to come, is cut, or is no HTTP', async () => {
    const silent = await speak('');
    await expect(get(silent, { timeoutMs: 50 })).rejects.toMatchObject({ reason: 'timeout', sent: true });
    const half = await speak('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf', (socket) => socket.destroy());
    await expect(get(half)).rejects.toMatchObject({ reason: 'closed', sent: true });
    const stalled = await speak('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf');
    await expect(get(stalled, { timeoutMs: 50 })).rejects.toMatchObject({ reason: 'timeout', sent: true });
    const babble = await speak('SSH-2.0-OpenSSH\r\n\r\n');
    await expect(get(babble)).rejects.toMatchObject({ reason: 'closed', sent: true });
  });

  it('gives up when the caller does, and the other side hears of it', async () => {
    let gone: (() => void) | undefined;
    const heard = new Promise<void>((resolve) => {
      gone = resolve;
    });
    const caller = new AbortController();
    const url = await serve(async (request) => {
      request.signal?.addEventListener('abort', () => gone?.());
      caller.abort();
      await heard;
      return answer('too late');
    });
    await expect(get(url, { signal: caller.signal })).rejects.toMatchObject({ reason: 'closed', sent: true });
    await heard;
    await expect(get(url, { signal: caller.signal })).rejects.toMatchObject({ reason: 'closed', sent: false });
  });

  it('never raises the signal of a call that was answered', async () => {
    let signal: AbortSignal | undefined;
    const url = await serve(async (request) => {
      signal = request.signal;
      return answer('done');
    });
    await get(url);
    await open.pop()?.close(20_000);
    expect(signal?.aborted).toBe(false);
  });

  it('answers 500 when the handler throws, and tells the owner', async () => {
    const url = await serve(async () => {
      throw new Error('secret detail');
    });
    const response = await get(url);
    expect(response.status).toBe(500);
    expect(String(response.body)).not.toContain('secret');
    expect(failures.pop()).toMatchObject({ message: 'secret detail' });
  });

  it('cannot be given a header that splits the request', async () => {
    const url = await serve(async () => answer(''));
    await expect(get(url, { headers: [['x', 'a\r\nb: c']] })).rejects.toThrow('invalid x header');
  });
});

describe('closing a listener', () => {
  it('answers the calls in flight, accepts none after, and does not wait for idle connections', async () => {
    let release: (() => void) | undefined;
    const url = await serve(async ({ path }) => {
      if (path === '/slow') await new Promise<void>((resolve) => (release = resolve));
      return answer('answered');
    });
    await get(`${url}/warm`);
    const idle = raw(url, 'GET /idle HTTP/1.1\r\nhost: x\r\n\r\n');
    const slow = get(`${url}/slow`);
    while (release === undefined) await new Promise((resolve) => setImmediate(resolve));
    const closing = open.pop()?.close(60_000);
    expect(await idle).toContain('answered');
    await expect(get(`${url}/late`)).rejects.toMatchObject({ sent: false });
    release();
    expect(String((await slow).body)).toBe('answered');
    await closing;
  });

  it('takes no further call on a connection whose call it answers while closing', async () => {
    let release: (() => void) | undefined;
    const url = await serve(async () => {
      await new Promise<void>((resolve) => (release = resolve));
      return answer('answered');
    });
    const connection = raw(url, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    while (release === undefined) await new Promise((resolve) => setImmediate(resolve));
    const closing = open.pop()?.close(60_000);
    release();
    expect(await connection).toMatch(/connection: close/i);
    await closing;
  });

  it('cuts what is still unanswered when its patience ends', async () => {
    const url = await serve(() => new Promise(() => undefined));
    const hopeless = get(url).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await open.pop()?.close(10);
    expect(await hopeless).toMatchObject({ reason: 'closed', sent: true });
  });
});
