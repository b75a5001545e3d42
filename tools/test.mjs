#!/usr/bin/env node
// npm test: format, lint, types and every test but the long runs. npm run test:long: only the long runs.
// Further arguments go to vitest: npm test -- packages/kernel
import { checks } from './checks.mjs';
import { prepare } from './prepare.mjs';
import { runSteps } from './run-steps.mjs';

const args = process.argv.slice(2);
const long = args.includes('--long');
const rest = args.filter((argument) => argument !== '--long');

const tests = {
  title: long ? 'long runs (vitest)' : 'tests (vitest)',
  program: 'vitest',
  args: ['run', ...rest],
  env: { MINBEN_LONG: long ? '1' : '0' },
};
process.exitCode = await runSteps(prepare(), long ? [tests] : [...checks, tests]);
