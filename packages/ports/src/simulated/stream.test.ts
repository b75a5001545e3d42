import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Stream } from '../network.ts';
import { createTestAuthority } from './certificates.ts';
import { fingerprintOfIdentity } from './identities.ts';
import { createPrng } from './prng.ts';
import { createWorld, type World } from './world.ts';

const authority = createTestAuthority('authority', createPrng('authority'), Date.UTC(2026, 0, 1));
const [a, b] = [authority.issue('a'), authority.issue('b')];

interface Pair {
  readonly world: World;
  readonly near: Stream;
  readonly far: Stream;
}

async function open(seed: number | string): Promise<Pair> {
  const world = createWorld(seed);
  let far: Stream | undefined;
  const handler = async () => ({ status: 404, headers: [], body: Buffer.alloc(0) });
  const options = { host: 'b', port: 7, tls: b, streamProtocol: 's/1' };
  await world.run(world.machine('b').ports.network.serveMutual(options, (stream) => (far = stream), handler));
  const near = await world.run(dial(world));
  return { world, near, far: far as unknown as Stream };
}

function dial(world: World, more: object = {}): Promise<Stream> {
  const expectedFingerprints = [fingerprintOfIdentity(b)];
  const options = { host: 'b', port: 7, tls: a, expectedFingerprints, protocol: 's/1', timeoutMs: 5000, ...more };
  return world.machine('a').ports.network.connect(options);
}

function gather(stream: Stream): { text: string; bursts: number; closed: number } {
  const gathered = { text: '', bursts: 0, closed: 0 };
  stream.onData((bytes) => {
    gathered.text += bytes;
    gathered.bursts += 1;
  });
  stream.onClose(() => {
    gathered.closed += 1;
  });
  return gathered;
}

describe('a simulated stream', () => {
  it('delivers every byte in order, both ways, however bursts are joined and split', async () => {
    const shapes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.array(fc.string({ minLength: 1, unit: 'grapheme-ascii' })),
        async (seed, texts) => {
          const { world, near, far } = await open(seed);
          expect(near.peerFingerprint).toBe(fingerprintOfIdentity(b));
          expect(far.peerFingerprint).toBe(fingerprintOfIdentity(a));
          const [here, there] = [gather(near), gather(far)];
          for (const text of texts) {
            near.write(Buffer.from(text));
            far.write(Buffer.from(text.toUpperCase()));
            if (world.prng.chance(0.5)) await world.pass(world.prng.below(3));
          }
          near.end();
          await world.settle();
          expect(there.text).toBe(texts.join(''));
          expect(here.text).toBe(texts.join('').toUpperCase());
          expect([here.closed, there.closed]).toEqual([1, 1]);
          shapes.add(there.bursts < texts.length ? 'joined' : there.bursts > texts.length ? 'split' : 'same');
        },
      ),
      { numRuns: 60, seed: 3 },
    );
    expect([...shapes].sort()).toEqual(['joined', 'same', 'split']);
  });

  it('delivers a prefix when it is cut, and tells each side once', async () => {
    let shortened = 0;
    for (let seed = 0; seed < 30; seed += 1) {
      const { world, near, far } = await open(seed);
      world.setNetworkFaults({ cutStream: 0.2 });
      const [here, there] = [gather(near), gather(far)];
      let written = '';
      for (let round = 0; round < 20; round += 1) {
        const text = `message ${round};`;
        near.write(Buffer.from(text));
        written += text;
        await world.pass(world.prng.below(4));
      }
      world.link('a', 'b').cutStreams();
      await world.settle();
      expect(written.startsWith(there.text)).toBe(true);
      shortened += Number(there.text.length < written.length);
      expect([here.closed, there.closed]).toEqual([1, 1]);
      expect(near.write(Buffer.from('x'))).toBe(false);
    }
    expect(shortened).toBeGreaterThan(10);
  });

  it('loses what was not sent when it is destroyed', async () => {
    const { world, near, far } = await open(1);
    const [here, there] = [gather(near), gather(far)];
    near.write(Buffer.from('lost'));
    near.destroy();
    await world.settle();
    expect([there.text, here.closed, there.closed]).toEqual(['', 1, 1]);
  });

  it('holds its bytes over a partition, in order', async () => {
    const { world, near, far } = await open(2);
    const there = gather(far);
    near.write(Buffer.from('one '));
    await world.settle();
    world.link('a', 'b').partition();
    for (const text of ['two ', 'three ']) {
      near.write(Buffer.from(text));
      await world.pass(10_000);
    }
    expect(there.text).toBe('one ');
    world.link('a', 'b').heal();
    near.write(Buffer.from('four'));
    await world.settle();
    expect(there.text).toBe('one two three four');
  });

  it('says when it is full and when it has drained', async () => {
    const { world, near, far } = await open(3);
    gather(far);
    let drained = 0;
    near.onDrain(() => {
      drained += 1;
    });
    expect(near.write(Buffer.alloc(1000))).toBe(true);
    expect(near.write(Buffer.alloc(1024 * 1024))).toBe(false);
    await world.settle();
    expect(drained).toBe(1);
    expect(near.write(Buffer.alloc(1000))).toBe(true);
  });

  it('closes at one side when the other crashes, and is silent at the crashed one', async () => {
    const { world, near, far } = await open(4);
    const [here, there] = [gather(near), gather(far)];
    world.machine('b').crash();
    await world.settle();
    expect([here.closed, there.closed]).toEqual([1, 0]);
    await expect(world.run(dial(world))).rejects.toMatchObject({ reason: 'refused', sent: false });
  });

  it('keeps what came before anybody listened', async () => {
    const { world, near, far } = await open(5);
    near.write(Buffer.from('early'));
    await world.settle();
    const there = gather(far);
    near.write(Buffer.from(' late'));
    await world.settle();
    expect(there.text).toBe('early late');
  });

  it('opens only to those with the right certificate and protocol, and in time', async () => {
    const { world } = await open(6);
    await expect(world.run(dial(world, { expectedFingerprints: [] }))).rejects.toMatchObject({ reason: 'certificate' });
    await expect(world.run(dial(world, { protocol: 's/2' }))).rejects.toMatchObject({ reason: 'closed' });
    world.link('a', 'b').partition();
    await expect(world.run(dial(world))).rejects.toMatchObject({ reason: 'timeout', sent: false });
    world.link('a', 'b').heal();
    await world.settle();
  });
});
