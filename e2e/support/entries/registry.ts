/**
 * The registry in its own process. One order of the test goes beyond what an operator may do: to append an entry to the
 * hub's log, so that a hub that issues wrong grants or bundles can be played with proofs that hold.
 */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createSubjectSealer } from '@minben/exchange';
import { createJsonLogger, createRealClock, createRealDisk, createRealNetwork, createRealRandom } from '@minben/ports';
import { parseConfig, runRegistry } from '@minben/registry';
import { awaitOrder, report, serveOrders, stopOnSignal } from './conversation.ts';

export interface RegistryOrderToStart {
  readonly config: string;
}

/** Appends an entry (hex) and answers `{index, path, checkpoint}`, hashes in hex. */
export interface AppendOrder {
  readonly type: 'append';
  readonly entry: string;
}

const order = await awaitOrder<RegistryOrderToStart>();
const clock = createRealClock();
const log = createJsonLogger((line) => process.stdout.write(line), clock);
const network = createRealNetwork((error) => log('error', 'handler-failed', { name: (error as Error).name }));
const config = parseConfig(await readFile(order.config, 'utf8'), dirname(order.config));
if (!config.ok) throw new Error(JSON.stringify(config.error));
const started = await runRegistry(config.value, {
  disk: createRealDisk(),
  clock,
  random: createRealRandom(),
  network,
  log,
  sealer: createSubjectSealer(),
});
if (!started.ok) throw new Error(started.error);
const { registry, ports, close } = started.value;
serveOrders(async (message) => {
  const { index, path, head } = await registry.journal.log.append(Buffer.from((message as AppendOrder).entry, 'hex'));
  return { index, path: path.map((hash) => Buffer.from(hash).toString('hex')), checkpoint: head.checkpoint };
});
stopOnSignal(async () => {
  await close(1_000);
  await network.close();
});
report({ ports });
