/** Each check taken out in turn: at least one of its laws goes red. */
import { describe, expect, it } from 'vitest';
import { mutations } from './mutations.ts';
import { tryMutation } from './try-mutation.ts';

/** Exchanges at a time: each is four processes or so. */
const AT_A_TIME = 2;

const waiting: (() => void)[] = [];
let running = 0;

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_A_TIME) await new Promise<void>((resolve) => waiting.push(resolve));
  running += 1;
  try {
    return await work();
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

describe.concurrent('a law goes red without', () => {
  it.each(mutations.map((mutation) => [mutation.check, mutation] as const))('%s', async (_check, mutation) => {
    const { red } = await inTurn(() => tryMutation(mutation));
    expect(red).toBeDefined();
  });
});
