/**
 * A gateway in its own process, over real files and sockets. Beside that, orders from the test make its disk slow or
 * failing and move its wall clock: what a machine does to a gateway, never what a gateway does.
 */
import { createMemoryStore, loadGatewayConfig, loadGatewaySecrets, openSqliteStore, runGateway } from '@minben/gateway';
import {
  atEndOfTurn,
  createJsonLogger,
  createRealClock,
  createRealDisk,
  createRealNetwork,
  createRealRandom,
} from '@minben/ports';
import { createUnsyncedDisk, type DiskFault, type UnsyncedDiskPlan } from '@minben/ports/faulty';
import { createMoodyDisk } from '../moody-disk.ts';
import { awaitOrder, report, serveOrders, stopOnSignal } from './conversation.ts';

export interface GatewayOrderToStart {
  readonly config: string;
  /** Bytes that were not synced stay in this process; faults and deaths happen where the plan says. */
  readonly unsynced?: UnsyncedDiskPlan;
  /** Keep the index of receipts in a file. Default: in memory. */
  readonly sqlite?: string;
}

export type GatewayOrder =
  | { readonly type: 'slow-sync'; readonly milliseconds: number }
  | { readonly type: 'fault'; readonly fault: DiskFault }
  /** Sets the wall clock forward (or back). */
  | { readonly type: 'move-clock'; readonly milliseconds: number }
  /** Lets the monotonic clock jump: for what has stood too long, without standing so long. */
  | { readonly type: 'pass-time'; readonly milliseconds: number }
  /** Every order is answered with the number of leases that the gateway was given. */
  | { readonly type: 'count-leases' };

const order = await awaitOrder<GatewayOrderToStart>();
const realClock = createRealClock();
let offset = 0;
let passed = 0;
const clock = {
  ...realClock,
  now: () => realClock.now() + offset,
  monotonic: () => realClock.monotonic() + passed,
};
const logger = createJsonLogger((line) => process.stdout.write(line), clock);
const network = createRealNetwork((error) => logger('error', 'handler-failed', { name: (error as Error).name }));
let leases = 0;
const watched: typeof network = {
  ...network,
  async request(call) {
    const answer = await network.request(call);
    if (call.url.endsWith('/status/lease') && answer.status === 200) leases += 1;
    return answer;
  },
};
const realDisk = createRealDisk();
const moody = createMoodyDisk(
  order.unsynced === undefined ? realDisk : createUnsyncedDisk(realDisk, order.unsynced),
  realClock,
);

const config = await loadGatewayConfig(realDisk, order.config);
if (!config.ok) throw new Error(JSON.stringify(config.error));
const secrets = await loadGatewaySecrets(realDisk, config.value);
if (!secrets.ok) throw new Error(JSON.stringify(secrets.error));

const gateway = await runGateway(config.value, secrets.value, {
  clock,
  disk: moody.disk,
  network: watched,
  random: createRealRandom(),
  logger,
  index: order.sqlite === undefined ? createMemoryStore() : await openSqliteStore(order.sqlite, realDisk),
  gather: atEndOfTurn,
  process,
});
serveOrders(async (message) => {
  const given = message as GatewayOrder;
  if (given.type === 'slow-sync') moody.slowSync(given.milliseconds);
  else if (given.type === 'fault') moody.lay(given.fault);
  else if (given.type === 'pass-time') passed += given.milliseconds;
  else if (given.type === 'move-clock') offset += given.milliseconds;
  return { leases };
});
stopOnSignal(async () => {
  await gateway.stop();
  await network.close();
});
report({ ports: gateway.ports });
