/** The registry over real sockets and a disk that forgets what was not synced. */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createSubjectSealer } from '@minben/exchange';
import { createJsonLogger, createRealClock, createRealNetwork, createRealRandom } from '@minben/ports';
import { parseConfig, runRegistry } from '@minben/registry';
import { awaitOrder, type Order, openForgetfulDisk, report } from './order.ts';

const order = await awaitOrder<Order>();
const clock = createRealClock();
const log = createJsonLogger((line) => process.stdout.write(line), clock);
const config = parseConfig(await readFile(order.config, 'utf8'), dirname(order.config));
if (!config.ok) throw new Error(JSON.stringify(config.error));
const started = await runRegistry(config.value, {
  disk: openForgetfulDisk(order),
  clock,
  random: createRealRandom(),
  network: createRealNetwork((error) => log('error', 'handler-failed', { name: (error as Error).name })),
  log,
  sealer: createSubjectSealer(),
});
if (!started.ok) throw new Error(started.error);
report(started.value.ports);
