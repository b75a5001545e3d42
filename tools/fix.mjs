#!/usr/bin/env node
// npm run fix: formats, and mends what biome can mend without changing what the code does.
import { prepare } from './prepare.mjs';
import { runSteps } from './run-steps.mjs';

process.exitCode = await runSteps(prepare(), [
  { title: 'format and mend (biome)', program: 'biome', args: ['check', '--write', '.'] },
]);
