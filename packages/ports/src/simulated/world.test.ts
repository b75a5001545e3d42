import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTestAuthority } from './certificates.ts';
import { fingerprintOfIdentity } from './identities.ts';
import { createWorld, type World } from './world.ts';

/** Two machines that write journals and talk over both bindings, with every kind of fault. */
async function live(seed: number): Promise<World> {
  const world = createWorld(seed);
  const authority = createTestAuthority('authority', world.prng, Date.UTC(2026, 0, 1));
  const tls = { a: authority.issue('a'), b: authority.issue('b') };
  world.setNetworkFaults({ beforeSend: 0.1, afterSend: 0.1, midResponse: 0.1, cutStream: 0.05, stall: 0.02 });
  const startB = async (): Promise<void> => {
    const { disk, network, clock, random } = world.machine('b').ports;
    await disk.makeDirectory('/data');
    const journal = await disk.openAppend(`/data/journal-${world.machine('b').crashes}`);
    await network.serveMutual(
      { host: 'b', port: 1, tls: tls.b, streamProtocol: 's/1' },
      (stream) => stream.onData((bytes) => stream.write(Buffer.concat([bytes, random.bytes(4)]))),
      async (request) => {
        await journal.append(request.body);
        await journal.sync();
        return { status: 200, headers: [], body: Buffer.from(String(clock.now())) };
      },
    );
  };
  world.after(300, () => {
    world.machine('b').crash();
    void startB();
  });
  world.after(500, () => world.machine('a').jumpClock(world.prng.between(-1000, 1000)));
  const { network } = world.machine('a').ports;
  const peer = { tls: tls.a, expectedFingerprints: [fingerprintOfIdentity(tls.b)], timeoutMs: 500 };
  await world.run(startB());
  const connect = () =>
    world.run(network.connect({ ...peer, host: 'b', port: 1, protocol: 's/1' }).catch(() => undefined));
  let stream = await connect();
  for (let round = 0; round < 40; round += 1) {
    stream?.write(world.prng.bytes(30));
    stream?.onData((bytes) => world.note(`echo ${bytes.toString('hex')}`));
    stream?.onClose(() => {
      stream = undefined;
    });
    const outcome = network.request({ ...peer, url: 'https://b:1/x', method: 'POST', body: world.prng.bytes(20) });
    await world.run(outcome.catch(() => undefined));
    await world.pass(world.prng.below(30));
    stream ??= await connect();
  }
  return world;
}

describe('a world', () => {
  it('is the same world again from the same seed, and another from another', async () => {
    const hashes = new Map<number, string>();
    for (const seed of [1, 2, 3, 4]) {
      const [once, again] = [await live(seed), await live(seed)];
      expect(again.trace.lines).toEqual(once.trace.lines);
      expect(again.trace.hash()).toBe(once.trace.hash());
      expect(once.trace.lines.length).toBeGreaterThan(300);
      hashes.set(seed, once.trace.hash());
    }
    expect(new Set(hashes.values()).size).toBe(4);
  });

  it('says which seed was stuck, and where', async () => {
    const world = createWorld('stuck');
    await expect(world.run(new Promise(() => undefined))).rejects.toThrow('seed stuck: not settled (idle)');
    const { clock } = world.machine('a').ports;
    const tick = (): void => void clock.after(1000, tick);
    tick();
    await expect(world.run(new Promise(() => undefined), 5000)).rejects.toThrow('not settled (limit)');
    await expect(world.settle(5000)).rejects.toThrow('still busy');
    expect(world.now).toBeGreaterThan(9000);
  });

  it('hands on what a promise came to, good or bad', async () => {
    const world = createWorld('outcomes');
    const { clock } = world.machine('a').ports;
    const later = new Promise<number>((resolve) => clock.after(7, () => resolve(7)));
    expect(await world.run(later)).toBe(7);
    await expect(world.run(Promise.reject(new Error('as expected')))).rejects.toThrow('as expected');
  });

  it('lets who watches the trace crash a machine at any step', async () => {
    const world = createWorld('watched');
    const { disk } = world.machine('a').ports;
    world.trace.onLine(({ what }) => {
      if (what.startsWith('disk sync') && what.endsWith('done')) world.machine('a').crash();
    });
    let told = false;
    const work = async (): Promise<void> => {
      const file = await disk.openAppend('/journal');
      await file.append(Buffer.from('kept'));
      await file.sync();
      told = true;
    };
    void work();
    await world.settle();
    expect([told, world.machine('a').crashes]).toEqual([false, 1]);
    expect(String(await world.run(world.machine('a').ports.disk.read('/journal')))).toBe('kept');
  });
});

describe('the randomness of a world', () => {
  it('is independent from machine to machine and from life to life', () => {
    const draw = (order: readonly string[]): Map<string, string> => {
      const world = createWorld('random');
      return new Map(order.map((name) => [name, world.machine(name).ports.random.bytes(8).toString('hex')]));
    };
    expect(draw(['a', 'b']).get('a')).toBe(draw(['b', 'a']).get('a'));
    expect(draw(['a', 'b']).get('a')).not.toBe(draw(['a', 'b']).get('b'));
    const world = createWorld('random');
    const before = world.machine('a').ports.random.bytes(8);
    world.machine('a').crash();
    expect(world.machine('a').ports.random.bytes(8)).not.toEqual(before);
  });

  it('stays within what was asked for, and covers it', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 6 }), (seed, width) => {
        const { prng } = createWorld(seed);
        const seen = new Set(Array.from({ length: 300 }, () => prng.between(10, 9 + width)));
        expect(seen).toEqual(new Set(Array.from({ length: width }, (_, index) => 10 + index)));
      }),
    );
  });
});
