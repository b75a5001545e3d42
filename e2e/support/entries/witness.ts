/** A witness in its own process, for the logs that its order names. */
import { readFile } from 'node:fs/promises';
import { createWitness, parseVerifierKey } from '@minben/evidence';
import { createFileSigner, createJsonLogger, createRealClock, createRealDisk, createRealNetwork } from '@minben/ports';
import { awaitOrder, report, stopOnSignal } from './conversation.ts';

export interface WitnessOrderToStart {
  readonly name: string;
  readonly keyFile: string;
  readonly directory: string;
  readonly port: number;
  /** Verifier keys. */
  readonly logs: readonly string[];
}

const order = await awaitOrder<WitnessOrderToStart>();
const clock = createRealClock();
const logger = createJsonLogger((line) => process.stdout.write(line), clock);
const network = createRealNetwork((error) => logger('error', 'handler-failed', { name: (error as Error).name }));
const keys = order.logs.map((text) => {
  const key = parseVerifierKey(text);
  if (!key.ok) throw new Error(`not a verifier key: ${text}`);
  return key.value;
});
const witness = await createWitness({
  disk: createRealDisk(),
  clock,
  logger,
  directory: order.directory,
  name: order.name,
  signer: createFileSigner(await readFile(order.keyFile, 'utf8')),
  keysOf(origin) {
    const known = keys.filter(({ name }) => name === origin);
    return known.length === 0 ? undefined : known;
  },
});
const door = await network.serve({ host: '127.0.0.1', port: order.port }, witness.handler);
stopOnSignal(async () => {
  await door.close(0);
  await network.close();
});
report({ ports: { public: door.port }, key: witness.key });
