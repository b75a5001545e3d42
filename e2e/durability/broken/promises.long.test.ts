/** Each broken promise turns the run red within a bounded number of kills of the process that broke it. */
import { describe, expect, it } from 'vitest';
import { run } from '../run.ts';
import { BROKEN_PROMISES } from './promises.ts';

const KILLS = 14;

describe('a run over a broken promise', () => {
  for (const { mutation, kinds, noticed, slowest } of BROKEN_PROMISES)
    for (const kind of kinds)
      it(`goes red: the ${kind} ${mutation.id.replaceAll('-', ' ')}`, async () => {
        const { ledger, summary } = await run({
          seed: `${mutation.id} ${kind}`,
          kills: { [kind]: KILLS },
          mutations: { [kind]: mutation },
          stopsAtFirst: true,
          ...(slowest === undefined ? {} : { slowest }),
        });
        console.log(summary);
        const found = ledger.violations.found.map(({ promised }) => promised);
        expect(found.some((promised) => noticed.includes(promised))).toBe(true);
      });
});
