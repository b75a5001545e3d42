import { describe, expect, it } from 'vitest';
import type { Mutation } from '../cluster/process.ts';
import { SMALL_SEGMENTS } from '../run.ts';
import { BROKEN_PROMISES } from './promises.ts';

const { mutateFile } = (await import(new URL('../../../tools/mutate/mutate-source.mjs', import.meta.url).href)) as {
  mutateFile(mutation: Mutation): string;
};

describe('the promises that the kill runs must see broken', () => {
  for (const mutation of [SMALL_SEGMENTS, ...BROKEN_PROMISES.map((promise) => promise.mutation)])
    it(`${mutation.id} still fits its source`, () => {
      expect(mutateFile(mutation)).not.toContain(mutation.find);
    });
});
