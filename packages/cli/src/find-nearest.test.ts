import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findNearest } from './find-nearest.ts';

const commands = ['start', 'registry', 'gateway', 'witness', 'grant', 'verify', 'ceremony', 'sandbox', 'help'];

describe('findNearest', () => {
  it.each([
    ['strat', 'start'],
    ['verfiy', 'verify'],
    ['gatway', 'gateway'],
    ['registery', 'registry'],
    ['grants', 'grant'],
    ['Start', 'start'],
  ])('takes %s for %s', (typed, meant) => {
    expect(findNearest(typed, commands)).toBe(meant);
  });

  it.each(['', 'x', 'deploy', 'zzzzzz'])('guesses nothing for %j', (typed) => {
    expect(findNearest(typed, commands)).toBe(undefined);
  });

  it('finds every command from itself with one letter lost', () => {
    fc.assert(
      fc.property(fc.constantFrom(...commands), fc.nat(), (command, place) => {
        const at = place % command.length;
        expect(findNearest(command.slice(0, at) + command.slice(at + 1), commands)).toBe(command);
      }),
    );
  });
});
