#!/usr/bin/env node
// npm run fix: formats, and mends what biome and oxlint can mend without changing what the code does.
import { prepare } from './prepare.mjs';
import { runSteps } from './run-steps.mjs';

process.exitCode = await runSteps(prepare(), [
  { title: 'mend (oxlint)', program: 'oxlint', args: ['--type-aware', '--fix', '--quiet'] },
  { title: 'format and mend (biome)', program: 'biome', args: ['check', '--write', '.'] },
]);
