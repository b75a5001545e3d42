#!/usr/bin/env node
// npm run check: format, lint and types, without the tests.
import { checks } from './checks.mjs';
import { prepare } from './prepare.mjs';
import { runSteps } from './run-steps.mjs';

process.exitCode = await runSteps(prepare(), checks);
