#!/usr/bin/env node
// The command line of Minben: ./minben.mjs help
import { join } from 'node:path';
import { environment, prepare, root, run } from './tools/prepare.mjs';

const node = prepare();
const main = join(root, 'packages/cli/src/main.ts');
process.exitCode = await run(node, [main, ...process.argv.slice(2)], { env: environment(node) });
