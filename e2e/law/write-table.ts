/** `node e2e/law/write-table.ts` writes the table of laws anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { placeTable } from './table.ts';

const path = fileURLToPath(new URL('../../packages/exchange/README.md', import.meta.url));
writeFileSync(path, placeTable(readFileSync(path, 'utf8')));
