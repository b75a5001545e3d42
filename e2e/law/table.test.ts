import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { placeTable } from './table.ts';

it('the README of the exchange lists every law with the checks it guards (node e2e/law/write-table.ts writes it)', () => {
  const text = readFileSync(fileURLToPath(new URL('../../packages/exchange/README.md', import.meta.url)), 'utf8');
  expect(text).toBe(placeTable(text));
});
