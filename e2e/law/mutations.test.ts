/** The list of mutations fits the sources as they stand: quick, so that a changed check is noticed at once. */
import { describe, expect, it } from 'vitest';
import { checkedArrays, mutations, readSource } from './mutations.ts';
import { laws } from './rules.ts';

describe('the list of mutations', () => {
  it.each(mutations.map((mutation) => [mutation.check, mutation] as const))(
    'finds its text once: %s',
    (_check, mutation) => {
      expect(readSource(mutation.file).split(mutation.find)).toHaveLength(2);
    },
  );

  it('takes out every check of requests and of answers', () => {
    const taken = new Set(mutations.map(({ id }) => id));
    expect(checkedArrays.requests().length).toBeGreaterThan(30);
    expect(checkedArrays.answers().length).toBeGreaterThan(15);
    for (const check of checkedArrays.requests()) expect(taken).toContain(`request-without-${check}`);
    for (const check of checkedArrays.answers()) expect(taken).toContain(`answer-without-${check}`);
  });

  it('names laws that exist', () => {
    const known = new Set(laws.map(({ id }) => id));
    expect(mutations.flatMap((mutation) => mutation.laws).filter((id) => !known.has(id))).toEqual([]);
  });

  it('names each mutation once', () => {
    expect(new Set(mutations.map(({ id }) => id)).size).toBe(mutations.length);
  });
});
