/** The registry of the measured exchange: hub log, bundle and leases, as `minben registry` runs it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSubjectSealer } from '@minben/exchange';
import { createRealClock, createRealDisk, createRealNetwork, createRealRandom } from '@minben/ports';
import { parseConfig, runRegistry } from '@minben/registry';
import { announceReady, readSettings } from '../../harness/run-process.ts';
import { createQuietLogger } from './log-lines.ts';
import type { RegistrySettings } from './settings.ts';

const { directory } = readSettings<RegistrySettings>();
const config = parseConfig(readFileSync(join(directory, 'registry.json'), 'utf8'), directory);
if (!config.ok) throw new Error(JSON.stringify(config.error));
const running = await runRegistry(config.value, {
  disk: createRealDisk(),
  clock: createRealClock(),
  random: createRealRandom(),
  network: createRealNetwork(),
  log: createQuietLogger(),
  sealer: createSubjectSealer(),
});
if (!running.ok) throw new Error(`the registry: ${running.error}`);
if (!(await running.value.started)) throw new Error('the registry does not write');
process.once('SIGTERM', () => void running.value.close(0).then(() => process.exit(0)));
announceReady({ ...running.value.ports, logKey: running.value.registry.logKey });
