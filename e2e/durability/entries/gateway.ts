/** A gateway over real sockets and a disk that forgets what was not synced. The index of receipts is a real file. */
import { loadGatewayConfig, loadGatewaySecrets, openSqliteStore, runGateway } from '@minben/gateway';
import { createJsonLogger, createRealClock, createRealDisk, createRealNetwork, createRealRandom } from '@minben/ports';
import { awaitOrder, type Order, openForgetfulDisk, report } from './order.ts';

const order = await awaitOrder<Order>();
const clock = createRealClock();
const logger = createJsonLogger((line) => process.stdout.write(line), clock);
const settings = createRealDisk();
const config = await loadGatewayConfig(settings, order.config);
if (!config.ok) throw new Error(JSON.stringify(config.error));
const secrets = await loadGatewaySecrets(settings, config.value);
if (!secrets.ok) throw new Error(JSON.stringify(secrets.error));
await settings.makeDirectory(config.value.directory);

const gateway = await runGateway(config.value, secrets.value, {
  clock,
  disk: openForgetfulDisk(order),
  network: createRealNetwork((error) => logger('error', 'handler-failed', { name: (error as Error).name })),
  random: createRealRandom(),
  logger,
  index: await openSqliteStore(`${config.value.directory}/index.sqlite`, settings),
  process,
});
report(gateway.ports);
