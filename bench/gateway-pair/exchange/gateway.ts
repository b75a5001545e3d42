/** One gateway of the measured exchange: `runGateway` on the machine's own ports, with its index in SQLite. */
import { join } from 'node:path';
import { openSqliteStore, runGateway } from '@minben/gateway';
import { createRealClock, createRealDisk, createRealNetwork, createRealRandom } from '@minben/ports';
import { announceReady, readSettings } from '../../harness/run-process.ts';
import { createQuietLogger } from './log-lines.ts';
import type { GatewaySettings } from './settings.ts';

const { config, registers, secrets, sealingKey } = readSettings<GatewaySettings>();
const disk = createRealDisk();
await disk.makeDirectory(config.directory);
const services = new Map(
  Object.entries(registers).map(([service, baseUrl]) => [
    service,
    { baseUrl, timeoutMs: 30_000, maximumBytes: 1_048_576 },
  ]),
);
const running = await runGateway(
  { ...config, ...(services.size === 0 ? {} : { registers: { secret: '', services } }) },
  { ...secrets, sealingKey: Buffer.from(sealingKey, 'base64') },
  {
    clock: createRealClock(),
    disk,
    network: createRealNetwork(),
    random: createRealRandom(),
    logger: createQuietLogger(),
    index: await openSqliteStore(join(config.directory, 'index.sqlite'), disk),
    process,
  },
);
process.once('SIGTERM', () => void running.stop().then(() => process.exit(0)));
announceReady(running.ports);
