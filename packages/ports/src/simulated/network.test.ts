import { describe, expect, it } from 'vitest';
import type { HttpHandler, OutgoingCall } from '../network.ts';
import { createTestAuthority } from './certificates.ts';
import { fingerprintOfIdentity } from './identities.ts';
import { createPrng } from './prng.ts';
import { createWorld, type World } from './world.ts';

const NOW = Date.UTC(2026, 0, 1);
const authority = createTestAuthority('authority', createPrng('authority'), NOW);
const stranger = createTestAuthority('stranger', createPrng('stranger'), NOW);
const [a, b] = [authority.issue('a'), authority.issue('b')];

interface Scene {
  readonly world: World;
  readonly seen: string[];
  readonly call: (more?: Partial<OutgoingCall>) => Promise<string>;
}

async function begin(seed: string | number, handler?: HttpHandler, more: object = {}): Promise<Scene> {
  const world = createWorld(seed);
  const seen: string[] = [];
  const echo: HttpHandler = async (request) => {
    seen.push(`${request.method} ${request.path} ${Buffer.from(request.body).toString()}`);
    return { status: 200, headers: [], body: request.body };
  };
  await world.run(world.machine('b').ports.network.serve({ host: '0.0.0.0', port: 80, ...more }, handler ?? echo));
  return {
    world,
    seen,
    call(options = {}) {
      const { network } = world.machine('a').ports;
      const body = Buffer.from('hello');
      const outcome = network.request({ method: 'POST', url: 'http://b/p?q', body, timeoutMs: 5000, ...options });
      return outcome.then(
        (response) => `${response.status} ${Buffer.from(response.body).toString()}`,
        (error) => `${error.reason} ${error.sent ? 'sent' : 'unsent'}`,
      );
    },
  };
}

describe('a simulated HTTP call', () => {
  it('arrives as it was sent and brings the answer back', async () => {
    const { world, seen, call } = await begin(1);
    expect(await world.run(call())).toBe('200 hello');
    expect(seen).toEqual(['POST /p?q hello']);
    expect(await world.run(call({ url: 'http://b:81/' }))).toBe('refused unsent');
    expect(await world.run(call({ url: 'http://nobody/' }))).toBe('refused unsent');
  });

  it('tells the truth about what was sent, wherever it is cut', async () => {
    const { world, seen, call } = await begin(2);
    const link = world.link('b', 'a');
    link.cutNextCall('before-send');
    expect(await world.run(call())).toBe('closed unsent');
    link.cutNextCall('after-send');
    expect(await world.run(call())).toBe('closed sent');
    expect(seen).toHaveLength(0);
    link.cutNextCall('mid-response');
    expect(await world.run(call())).toBe('closed sent');
    expect(seen).toHaveLength(1);
    expect(await world.run(call())).toBe('200 hello');
  });

  it('keeps the limits of both sides', async () => {
    const { world, seen, call } = await begin(3, undefined, { maximumBytes: 10 });
    expect(await world.run(call({ body: Buffer.alloc(11) }))).toBe('413 ');
    expect(seen).toHaveLength(0);
    expect(await world.run(call({ maximumBytes: 4 }))).toBe('too-large sent');
  });

  it('is held by a partition, and may arrive after the caller gave up', async () => {
    let late = 0;
    for (let seed = 0; seed < 20; seed += 1) {
      const { world, seen, call } = await begin(seed);
      const outcome = call();
      world.trace.onLine(({ what }) => {
        if (what.endsWith(' sent') && !what.includes('timeout')) world.link('a', 'b').partition();
      });
      expect(await world.run(outcome)).toBe('timeout sent');
      expect(world.link('a', 'b').partitioned).toBe(true);
      expect(seen).toHaveLength(0);
      world.link('a', 'b').heal();
      await world.settle();
      late += seen.length;
    }
    expect(late).toBeGreaterThan(0);
    expect(late).toBeLessThan(20);
  });

  it('never leaves when the partition was there before', async () => {
    const { world, seen, call } = await begin(4);
    world.link('a', 'b').partition();
    expect(await world.run(call())).toBe('timeout unsent');
    world.link('a', 'b').heal();
    await world.settle();
    expect(seen).toHaveLength(0);
  });

  it('fails when the other machine crashes, and its handler never answers', async () => {
    const { world, call } = await begin(5, () => new Promise(() => undefined));
    world.after(50, () => world.machine('b').crash());
    expect(await world.run(call({ timeoutMs: 60_000 }))).toBe('closed sent');
    expect(await world.run(call())).toBe('refused unsent');
  });

  it('raises the signal of the handler when its caller crashes or gives up', async () => {
    for (const crash of [true, false]) {
      let gone = 0;
      const { world, call } = await begin(6, (request) => {
        request.signal?.addEventListener('abort', () => (gone += 1));
        return new Promise(() => undefined);
      });
      if (crash) world.after(50, () => world.machine('a').crash());
      void call({ timeoutMs: 100 });
      await world.settle();
      expect(gone).toBe(1);
    }
  });

  it('answers 500 for a handler that throws', async () => {
    const { world, call } = await begin(7, async () => {
      throw new Error('bug');
    });
    expect(await world.run(call())).toBe('500 ');
  });

  it('is answered while its port closes, and cut when the patience ends', async () => {
    for (const graceMs of [60_000, 5]) {
      const world = createWorld(graceMs);
      const { network, clock } = world.machine('b').ports;
      const listener = await world.run(
        network.serve({ host: 'b', port: 0 }, async () => {
          await new Promise<void>((resolve) => clock.after(1000, resolve));
          return { status: 204, headers: [], body: Buffer.alloc(0) };
        }),
      );
      const url = `http://b:${listener.port}/`;
      const ask = () =>
        world
          .machine('a')
          .ports.network.request({ method: 'GET', url, timeoutMs: 30_000 })
          .then(
            ({ status }) => status,
            ({ reason }) => reason,
          );
      const first = ask();
      await world.pass(100);
      const closed = listener.close(graceMs);
      expect(await world.run(ask())).toBe('refused');
      expect(await world.run(first)).toBe(graceMs > 5 ? 204 : 'closed');
      await world.run(closed);
    }
  });

  it('takes effect as often as the rates say', async () => {
    const { world, call } = await begin(8);
    world.setNetworkFaults({ beforeSend: 0.3, midResponse: 0.3 });
    const outcomes = new Map<string, number>();
    for (let round = 0; round < 200; round += 1) {
      const outcome = await world.run(call());
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    for (const outcome of ['200 hello', 'closed unsent', 'closed sent']) {
      expect(outcomes.get(outcome)).toBeGreaterThan(20);
    }
  });
});

describe('simulated mutual TLS', () => {
  const secure = { url: 'https://b:443/', tls: a };

  it('knows both sides by fingerprint', async () => {
    let peer: string | undefined;
    const handler: HttpHandler = async (request) => {
      peer = request.peerFingerprint;
      return { status: 200, headers: [], body: Buffer.from('in') };
    };
    const { world, call } = await begin(1, handler, { port: 443, tls: b });
    const expectedFingerprints = [fingerprintOfIdentity(b)];
    expect(await world.run(call({ ...secure, expectedFingerprints }))).toBe('200 in');
    expect(peer).toMatch(/^[0-9a-f]{64}$/);
    peer = undefined;
    const wrong = [
      { ...secure, expectedFingerprints: ['00'] },
      { ...secure, expectedFingerprints, tls: { ...a, authorities: [stranger.certificate] } },
      { ...secure, expectedFingerprints, tls: { ...stranger.issue('a'), authorities: a.authorities } },
      { ...secure, expectedFingerprints, tls: authority.issue('a', 'expired') },
      { url: 'http://b:443/' },
      { url: 'https://b:443/' },
    ];
    for (const options of wrong) expect(await world.run(call(options))).toBe('certificate unsent');
    expect(peer).toBeUndefined();
  });
});
