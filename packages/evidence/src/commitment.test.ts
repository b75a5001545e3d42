import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { commit, isKind } from './index.ts';

const salt = Buffer.alloc(32, 9);

describe('a commitment', () => {
  it('is SHA-256 over version, kind, salt and details, as PROTOCOL 1 writes it', () => {
    const details = '{"v":1,"名":"值"}';
    const expected = createHash('sha256').update('minben/evidence/1\nrequest\n').update(salt).update(details).digest();
    expect(commit('request', salt, details)).toEqual(expected);
    expect(commit('request', salt, Buffer.from(details))).toEqual(expected);
  });

  it('differs by kind, salt and every byte of the details', () => {
    const variants = [
      commit('request', salt, 'a'),
      commit('response', salt, 'a'),
      commit('request', Buffer.alloc(32, 8), 'a'),
      commit('request', salt, 'b'),
      commit('request', salt, ''),
    ];
    expect(new Set(variants.map((each) => each.toString('hex'))).size).toBe(variants.length);
  });

  it('cannot be made of a kind or salt that the rule book does not know', () => {
    for (const kind of ['', 'Request', 'with space', 'a\nb', 'x'.repeat(33), 'é']) {
      expect(isKind(kind)).toBe(false);
      expect(() => commit(kind, salt, 'a')).toThrow(TypeError);
    }
    for (const length of [0, 31, 33]) expect(() => commit('request', Buffer.alloc(length), 'a')).toThrow(TypeError);
  });
});
