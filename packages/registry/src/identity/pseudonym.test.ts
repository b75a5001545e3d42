import { completeNationalId, parsePseudonym } from '@minben/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPseudonyms } from './pseudonym.ts';

const pseudonyms = createPseudonyms(Buffer.alloc(32, 7));
const number = fc
  .tuple(fc.constantFrom(...'ABCDEFGHJKLMNPQRSTUVXYWZIO'), fc.constantFrom('1', '2'), fc.stringMatching(/^\d{7}$/))
  .map((parts) => completeNationalId(parts.join('')));
const sector = fc.constantFrom('household', 'vehicles', 'tax');

describe('a sector pseudonym', () => {
  it('is the same each time, and 32 bytes that say nothing of the number', () => {
    fc.assert(
      fc.property(number, sector, (person, where) => {
        const made = pseudonyms.make(person, where);
        expect(made).toBe(createPseudonyms(Buffer.alloc(32, 7)).make(person, where));
        expect(parsePseudonym(made ?? '').ok).toBe(true);
        expect(Buffer.from(made ?? '', 'base64url').toString('latin1')).not.toContain(person.slice(1));
      }),
    );
  });

  it('differs between persons, sectors and secrets', () => {
    fc.assert(
      fc.property(number, number, (one, two) => {
        fc.pre(one !== two);
        const made = [
          pseudonyms.make(one, 'household'),
          pseudonyms.make(two, 'household'),
          pseudonyms.make(one, 'vehicles'),
          createPseudonyms(Buffer.alloc(32, 8)).make(one, 'household'),
        ];
        expect(new Set(made).size).toBe(4);
      }),
    );
  });

  it('translates into every other sector and back', () => {
    fc.assert(
      fc.property(number, sector, sector, (person, from, to) => {
        const there = pseudonyms.translate(pseudonyms.make(person, from) ?? '', from, to);
        expect(there).toBe(pseudonyms.make(person, to));
        expect(pseudonyms.translate(there ?? '', to, from)).toBe(pseudonyms.make(person, from));
      }),
    );
  });

  it('is recognised when it is made up, altered, or of another sector', () => {
    const made = pseudonyms.make(completeNationalId('A12345678'), 'household') ?? '';
    expect(pseudonyms.translate(made, 'vehicles', 'household')).toBeUndefined();
    expect(pseudonyms.translate('A'.repeat(43), 'household', 'vehicles')).toBeUndefined();
    for (let position = 0; position < 32; position += 1) {
      const bytes = Buffer.from(made, 'base64url');
      bytes[position] = (bytes[position] as number) ^ 1;
      expect(pseudonyms.translate(bytes.toString('base64url'), 'household', 'vehicles')).toBeUndefined();
    }
  });

  it('is not made of a number that fails its check digit or form', () => {
    for (const wrong of ['A123456780', 'A12345678', 'a123456789', ' A123456789', 'A323456789', '']) {
      expect(pseudonyms.make(wrong, 'household')).toBeUndefined();
    }
  });

  it('is made for foreign residents as well', () => {
    expect(pseudonyms.make('A800000014', 'household')).toBeDefined();
  });
});
