import { defineConfig } from 'vitest/config';

/** `npm test` runs everything but the long runs; `npm run test:long` sets MINBEN_LONG=1 and runs only those. */
const long = process.env.MINBEN_LONG === '1';
const minute = 60_000;

export default defineConfig({
  test: {
    include: [long ? '{packages,tools,bench,e2e}/**/*.long.test.ts' : '{packages,tools,bench,e2e}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/var/**', ...(long ? [] : ['**/*.long.test.ts'])],
    // Tests start real processes and bind real sockets: a fork each, and no more of them than the smallest machine has cores.
    pool: 'forks',
    maxWorkers: 2,
    // Generous: they end a hanging test, they measure nothing.
    testTimeout: long ? 30 * minute : minute,
    hookTimeout: 2 * minute,
    teardownTimeout: minute / 2,
    restoreMocks: true,
    // Continuous integration shares its machine: what starts real processes there may once be starved. A broken promise fails twice.
    retry: process.env.CI === 'true' ? 1 : 0,
  },
});
