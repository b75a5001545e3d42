#!/usr/bin/env node
// npm run bench [-- <name>]: prepares the clone, then measures; bench/README.md says what each figure means.
import { join } from 'node:path';
import { environment, prepare, root, run } from './prepare.mjs';

const node = prepare();
process.exitCode = await run(node, [join(root, 'bench/main.ts'), ...process.argv.slice(2)], { env: environment(node) });
