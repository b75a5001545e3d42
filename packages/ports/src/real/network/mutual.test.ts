import { connect as tcp } from 'node:net';
import { connect as tls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectOptions, HttpRequest, Listener, Stream } from '../../network.ts';
import { createTestAuthority } from '../../simulated/certificates.ts';
import { createRealRandom } from '../random.ts';
import { fingerprintOfPem } from './fingerprint.ts';
import { createRealNetwork } from './network.ts';

const authority = createTestAuthority('T-Road test authority', createRealRandom(), Date.now());
const stranger = createTestAuthority('another authority', createRealRandom(), Date.now());
const server = authority.issue('server');
const client = authority.issue('client');
const serverFingerprint = fingerprintOfPem(server.certificate);
const network = createRealNetwork();
let listener: Listener;
let onStream: (stream: Stream) => void = () => undefined;
let lastRequest: HttpRequest | undefined;

beforeAll(async () => {
  listener = await network.serveMutual(
    { host: '127.0.0.1', port: 0, tls: server, streamProtocol: 't-road/1' },
    (stream) => onStream(stream),
    async (request) => {
      lastRequest = request;
      return { status: 200, headers: [], body: Buffer.from('over http') };
    },
  );
});
afterAll(() => listener.close(0));

const connect = (more: Partial<ConnectOptions> = {}) =>
  network.connect({
    host: '127.0.0.1',
    port: listener.port,
    tls: client,
    expectedFingerprints: [serverFingerprint],
    protocol: 't-road/1',
    timeoutMs: 20_000,
    ...more,
  });
const call = (more: object = {}) =>
  network.request({
    method: 'GET',
    url: `https://127.0.0.1:${listener.port}/`,
    tls: client,
    expectedFingerprints: [serverFingerprint],
    timeoutMs: 20_000,
    ...more,
  });
const closed = (stream: Stream) => new Promise<void>((resolve) => stream.onClose(resolve));

function accept(): Promise<Stream> {
  return new Promise((resolve) => {
    onStream = resolve;
  });
}

describe('one mutual TLS port for both bindings', () => {
  it('closes without waiting for a connection that never begins its handshake', async () => {
    const options = { host: '127.0.0.1', port: 0, tls: server, streamProtocol: 't-road/1' };
    const own = await network.serveMutual(
      options,
      () => undefined,
      async () => ({ status: 200, headers: [], body: Buffer.alloc(0) }),
    );
    const silent = tcp(own.port, '127.0.0.1');
    silent.on('error', () => undefined);
    await new Promise<void>((resolve) => silent.once('connect', resolve));
    // Accepted by the server, not only by the kernel: a whole call has come after it.
    await call({ url: `https://127.0.0.1:${own.port}/` });
    const gone = new Promise<void>((resolve) => silent.once('close', () => resolve()));
    await own.close(0);
    await gone;
    expect(silent.destroyed).toBe(true);
  });

  it('takes streams and HTTP on the same port, and knows both peers by fingerprint', async () => {
    const accepted = accept();
    const stream = await connect();
    const peer = await accepted;
    expect(stream.peerFingerprint).toBe(serverFingerprint);
    expect(peer.peerFingerprint).toBe(fingerprintOfPem(client.certificate));
    expect(String((await call()).body)).toBe('over http');
    expect(lastRequest?.peerFingerprint).toBe(fingerprintOfPem(client.certificate));
    stream.destroy();
    await closed(peer);
  });

  it('sends all writes of one turn of the event loop as one TLS record', async () => {
    const accepted = accept();
    const stream = await connect();
    const peer = await accepted;
    const pieces: Buffer[] = [];
    const gathered = new Promise<void>((resolve) => {
      peer.onData((bytes) => {
        pieces.push(bytes);
        if (Buffer.concat(pieces).length === 300) resolve();
      });
    });
    for (let index = 0; index < 100; index += 1) {
      await Promise.resolve();
      stream.write(Buffer.from('abc'));
    }
    await gathered;
    expect(pieces).toHaveLength(1);
    stream.end();
    await Promise.all([closed(stream), closed(peer)]);
  });

  it('says when its buffer is full, and when it has drained', async () => {
    const accepted = accept();
    const stream = await connect();
    const peer = await accepted;
    const chunk = Buffer.alloc(256 * 1024, 7);
    let sent = chunk.length;
    while (stream.write(chunk)) sent += chunk.length;
    const drained = new Promise<void>((resolve) => stream.onDrain(resolve));
    let received = 0;
    const all = new Promise<void>((resolve) => {
      peer.onData((bytes) => {
        received += bytes.length;
        if (received === sent) resolve();
      });
    });
    await Promise.all([drained, all]);
    expect(received).toBe(sent);
    stream.end();
    await closed(peer);
  });

  it('delivers what was buffered before an end, and tells each side once that it closed', async () => {
    const accepted = accept();
    const stream = await connect();
    const peer = await accepted;
    let text = '';
    let closings = 0;
    peer.onData((bytes) => {
      text += bytes;
    });
    peer.onClose(() => (closings += 1));
    stream.write(Buffer.from('last '));
    stream.write(Buffer.from('words'));
    stream.end();
    await Promise.all([closed(peer), closed(stream)]);
    await closed(peer);
    expect([text, closings]).toEqual(['last words', 1]);
    expect(stream.write(Buffer.from('x'))).toBe(false);
  });
});

describe('who gets past the handshake', () => {
  it('refuses a server whose certificate is another than the bundle names, before a byte is sent', async () => {
    const others = [fingerprintOfPem(client.certificate)];
    const refusal = { reason: 'certificate', sent: false };
    lastRequest = undefined;
    await expect(connect({ expectedFingerprints: others })).rejects.toMatchObject(refusal);
    await expect(connect({ expectedFingerprints: [] })).rejects.toMatchObject(refusal);
    await expect(call({ expectedFingerprints: others })).rejects.toMatchObject(refusal);
    await expect(call({ expectedFingerprints: undefined })).rejects.toMatchObject(refusal);
    expect(lastRequest).toBeUndefined();
  });

  it('refuses a server that chains to no authority of ours, even with the right fingerprint', async () => {
    const distrusting = { ...client, authorities: [stranger.certificate] };
    await expect(connect({ tls: distrusting })).rejects.toMatchObject({ reason: 'certificate', sent: false });
    await expect(call({ tls: distrusting })).rejects.toMatchObject({ reason: 'certificate', sent: false });
  });

  it('lets in no client with an expired certificate, one of another authority, or none', async () => {
    lastRequest = undefined;
    let streams = 0;
    onStream = () => (streams += 1);
    const expired = authority.issue('old client', 'expired');
    const foreign = { ...stranger.issue('foreign client'), authorities: [authority.certificate] };
    for (const identity of [expired, foreign]) {
      await expect(call({ tls: identity })).rejects.toThrow();
      await connect({ tls: identity }).then(closed, () => undefined);
    }
    await new Promise<void>((resolve) => {
      const socket = tls({ port: listener.port, ca: server.authorities[0], checkServerIdentity: () => undefined });
      socket.on('error', () => undefined).on('close', () => resolve());
      socket.on('secureConnect', () => socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n'));
      socket.resume();
    });
    expect([lastRequest, streams]).toEqual([undefined, 0]);
  });

  it('speaks nothing older than TLS 1.3, and no protocol that it does not know', async () => {
    const { certificate: cert, privateKey: key, authorities } = client;
    const attempt = (more: object) =>
      new Promise<string>((resolve) => {
        const own = { cert, key, ca: authorities[0], checkServerIdentity: () => undefined };
        const socket = tls({ port: listener.port, ...own, ...more });
        socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
        socket.on('secureConnect', () => resolve('in'));
      });
    expect(await attempt({ maxVersion: 'TLSv1.2' })).toMatch(/^ERR_SSL/);
    expect(await attempt({ ALPNProtocols: ['h2'] })).toMatch(/^ERR_SSL/);
    await expect(connect({ protocol: 't-road/9' })).rejects.toMatchObject({ sent: false });
  });
});

describe('closing the port', () => {
  it('waits for streams to end, and cuts those that do not', async () => {
    let accepted: ((stream: Stream) => void) | undefined;
    const own = await network.serveMutual(
      { host: '127.0.0.1', port: 0, tls: server, streamProtocol: 't-road/1' },
      (stream) => accepted?.(stream),
      async () => ({ status: 200, headers: [], body: Buffer.alloc(0) }),
    );
    const first = new Promise<Stream>((resolve) => (accepted = resolve));
    const polite = await connect({ port: own.port });
    (await first).onData(() => undefined);
    const second = new Promise<Stream>((resolve) => (accepted = resolve));
    const stubborn = await connect({ port: own.port });
    await second;
    polite.end();
    await closed(polite);
    await Promise.all([own.close(20), closed(stubborn)]);
    await expect(connect({ port: own.port })).rejects.toMatchObject({ reason: 'refused', sent: false });
  });
});
