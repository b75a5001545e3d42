import { describe, expect, it } from 'vitest';
import { createWorld } from './world.ts';

const EPOCH = Date.UTC(2026, 5, 1);

describe('a simulated clock', () => {
  it('is wrong by no more than the skew it was given, and jumps without moving the monotonic one', async () => {
    const world = createWorld(1, { epoch: EPOCH, largestSkew: 50 });
    const { clock } = world.machine('a').ports;
    expect(Math.abs(clock.now() - EPOCH)).toBeLessThanOrEqual(51);
    const [wall, steady] = [clock.now(), clock.monotonic()];
    world.machine('a').jumpClock(-3_600_000);
    expect(clock.now() - wall).toBe(-3_600_000);
    expect(clock.monotonic()).toBe(steady);
    await world.pass(1000);
    expect(clock.monotonic() - steady).toBeCloseTo(1000, 6);
  });

  it('runs fast or slow when told, timers included', async () => {
    const world = createWorld(1);
    const { clock } = world.machine('a').ports;
    const begun = clock.monotonic();
    await world.pass(1000);
    world.machine('a').setClockRate(2);
    const fired = new Promise<number>((resolve) => clock.after(1000, () => resolve(world.now)));
    expect(await world.run(fired)).toBeCloseTo(1500, 3);
    expect(clock.monotonic() - begun).toBeCloseTo(2000, 3);
  });

  it('fires each timer once, and none that was cancelled or whose process crashed', async () => {
    const world = createWorld(1);
    const fired: string[] = [];
    const { clock } = world.machine('a').ports;
    clock.after(10, () => fired.push('first'));
    clock.after(20, () => fired.push('cancelled'))();
    clock.after(30, () => fired.push('dead'));
    world.after(25, () => world.machine('a').crash());
    await world.settle();
    clock.after(1, () => fired.push('made by the dead'));
    world.machine('a').ports.clock.after(1, () => fired.push('second life'));
    await world.settle();
    expect(fired).toEqual(['first', 'second life']);
  });

  it('fires what is due at one instant in an order that the seed decides', async () => {
    const orders = new Map<number, string>();
    for (const seed of [1, 2, 3, 1, 2, 3]) {
      const world = createWorld(seed);
      let order = '';
      for (const name of ['a', 'b', 'c', 'd', 'e', 'f'])
        world.machine(name).ports.clock.after(1, () => (order += name));
      await world.settle();
      expect(orders.get(seed) ?? order).toBe(order);
      orders.set(seed, order);
    }
    expect(new Set(orders.values()).size).toBe(3);
  });

  it('lets time pass over a machine that is paused, and wakes it with all it missed, in order', async () => {
    const world = createWorld(1);
    const { clock } = world.machine('a').ports;
    const woken: [string, number][] = [];
    for (const name of ['one', 'two', 'three']) clock.after(10, () => woken.push([name, Math.round(world.now)]));
    world.machine('b').ports.clock.after(10, () => woken.push(['other machine', Math.round(world.now)]));
    world.machine('a').pause(5000);
    await world.settle();
    expect(woken).toEqual([
      ['other machine', 10],
      ['one', 5000],
      ['two', 5000],
      ['three', 5000],
    ]);
  });
});
