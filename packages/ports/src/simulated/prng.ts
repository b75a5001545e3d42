/** Pseudo-random numbers that a seed decides wholly. Forks are independent: drawing from one never shifts another. */
import { createHash } from 'node:crypto';

export interface Prng {
  /** 32 bits, unsigned. */
  uint32(): number;
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number;
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  /** True with the given probability; draws even when it is 0 or 1, so that a changed rate shifts nothing else. */
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  bytes(length: number): Buffer;
  fork(label: string): Prng;
}

/** sfc32 (PractRand), its state taken from the SHA-256 of the seed. */
export function createPrng(seed: string): Prng {
  const state = createHash('sha256').update(seed).digest();
  let a = state.readUInt32LE(0);
  let b = state.readUInt32LE(4);
  let c = state.readUInt32LE(8);
  let counter = 1;
  const uint32 = (): number => {
    const drawn = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + drawn) >>> 0;
    return drawn;
  };
  for (let round = 0; round < 12; round += 1) uint32();
  const below = (limit: number): number => Math.floor((uint32() / 2 ** 32) * limit);
  return {
    uint32,
    below,
    between: (least, most) => least + below(most - least + 1),
    chance: (probability) => uint32() / 2 ** 32 < probability,
    pick(items) {
      if (items.length === 0) throw new RangeError('nothing to pick from');
      return items[below(items.length)] as (typeof items)[number];
    },
    bytes(length) {
      const drawn = Buffer.alloc(length);
      for (let index = 0; index < length; index += 1) drawn[index] = uint32() >>> 24;
      return drawn;
    },
    fork: (label) => createPrng(`${seed}\n${label}`),
  };
}
