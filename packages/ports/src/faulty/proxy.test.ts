import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Listener } from '../network.ts';
import { createRealNetwork } from '../real/network/network.ts';
import { createFaultProxy, type FaultProxy, type ProxyFaults } from './proxy.ts';

const network = createRealNetwork();
let target: Listener;
let handled = 0;
let proxy: FaultProxy | undefined;
beforeAll(async () => {
  target = await network.serve({ host: '127.0.0.1', port: 0 }, async (request) => {
    handled += 1;
    return { status: 200, headers: [], body: request.body };
  });
});
afterEach(() => proxy?.close());
afterAll(() => target.close(0));

/** One call through a proxy with these faults: what came of it, and whether the target handled it. */
async function call(faults: ProxyFaults, timeoutMs = 20_000): Promise<string> {
  await proxy?.close();
  proxy = await createFaultProxy({ target: { host: '127.0.0.1', port: target.port }, faults });
  handled = 0;
  const url = `http://127.0.0.1:${proxy.port}/`;
  const outcome = await network.request({ method: 'POST', url, body: Buffer.from('0123456789'), timeoutMs }).then(
    ({ status, body }) => `${status} ${Buffer.from(body).toString()}`,
    ({ reason, sent }) => `${reason} ${sent ? 'sent' : 'unsent'}`,
  );
  return `${outcome}, ${handled === 1 ? 'handled' : 'not handled'}`;
}

describe('the fault proxy', () => {
  it('passes everything on when it has no fault, or is only slow', async () => {
    expect(await call({})).toBe('200 0123456789, handled');
    expect(await call({ delayMs: 20 })).toBe('200 0123456789, handled');
    expect(await call({ bytesPerSecond: 1000 })).toBe('200 0123456789, handled');
    expect(proxy?.accepted).toBe(1);
  });

  it('cuts within the request, or within the answer', async () => {
    expect(await call({ cut: { direction: 'up', bytes: 20 } })).toBe('closed sent, not handled');
    expect(await call({ cut: { direction: 'down', bytes: 20 } })).toBe('closed sent, handled');
  });

  it('truncates the answer and closes in order', async () => {
    expect(await call({ truncate: { direction: 'down', bytes: 60 } })).toBe('closed sent, handled');
  });

  it('falls silent without closing', async () => {
    expect(await call({ halfOpen: { direction: 'down', bytes: 5 } }, 300)).toBe('timeout sent, handled');
    expect(await call({ halfOpen: { direction: 'up', bytes: 5 } }, 300)).toBe('timeout sent, not handled');
    expect(await call({ bytesPerSecond: 1 }, 300)).toBe('timeout sent, not handled');
  });

  it('lets neither side hear the other again once it fell silent', async () => {
    let heard = '';
    let served: Socket | undefined;
    const server = createServer((socket) => {
      served = socket;
      socket.on('data', (bytes: Buffer) => {
        heard += bytes.toString();
        socket.write('answer');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const faults = { halfOpen: { direction: 'up', bytes: 5 } } as const;
    proxy = await createFaultProxy({ target: { host: '127.0.0.1', port }, faults });
    const caller = connect(proxy.port, '127.0.0.1', () => caller.write('0123456789'));
    let answered = '';
    caller.on('data', (bytes: Buffer) => {
      answered += bytes.toString();
    });
    while (heard === '') await new Promise((resolve) => setTimeout(resolve, 5));
    caller.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([heard, answered, served?.closed]).toEqual(['01234', '', false]);
    served?.destroy();
    server.close();
  });

  it('changes one bit of one byte', async () => {
    const text = 'HTTP/1.1 200 OK\r\n';
    expect(await call({ corrupt: { direction: 'down', bytes: text.indexOf('200') } })).toBe('300 0123456789, handled');
  });

  it('cuts what is open when told, and takes new faults for new connections', async () => {
    await call({});
    proxy?.setFaults({ cut: { direction: 'up', bytes: 0 } });
    proxy?.cutAll();
    const url = `http://127.0.0.1:${proxy?.port}/`;
    await expect(network.request({ method: 'GET', url, timeoutMs: 20_000 })).rejects.toMatchObject({
      reason: 'closed',
    });
  });
});
