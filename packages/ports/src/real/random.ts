import { randomFillSync } from 'node:crypto';
import type { Random } from '../random.ts';

const POOL_BYTES = 16 * 1024;

/**
 * Randomness of the operating system, drawn in pools because every evidence entry needs a salt of 32 bytes
 * and one call into the kernel for each would cost more than hashing it. A byte leaves the pool once: it is
 * copied out and wiped, so no later reader of this memory finds a salt that was erased elsewhere.
 */
export function createRealRandom(): Random {
  const pool = Buffer.allocUnsafeSlow(POOL_BYTES);
  let used = POOL_BYTES;
  return {
    bytes(length) {
      if (length > POOL_BYTES / 4) return randomFillSync(Buffer.allocUnsafeSlow(length));
      if (used + length > POOL_BYTES) {
        randomFillSync(pool);
        used = 0;
      }
      const drawn = Buffer.allocUnsafe(length);
      pool.copy(drawn, 0, used, used + length);
      pool.fill(0, used, used + length);
      used += length;
      return drawn;
    },
  };
}
