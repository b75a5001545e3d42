#!/usr/bin/env node
// npm start: prepares the clone, then brings up a whole exchange on this machine.
import { join } from 'node:path';
import { environment, prepare, root, run } from './prepare.mjs';

const node = prepare();
const main = join(root, 'packages/cli/src/main.ts');
process.exitCode = await run(node, [main, 'start', ...process.argv.slice(2)], { env: environment(node) });
