/** A witness over real sockets and a disk that forgets what was not synced. `config` is its own small JSON file. */
import { readFile } from 'node:fs/promises';
import { createWitness, parseVerifierKey } from '@minben/evidence';
import { createFileSigner, createJsonLogger, createRealClock, createRealNetwork } from '@minben/ports';
import { awaitOrder, type Order, openForgetfulDisk, report } from './order.ts';

export interface WitnessFile {
  readonly name: string;
  readonly keyFile: string;
  readonly directory: string;
  /** Verifier keys of the logs it knows. */
  readonly logs: readonly string[];
}

const order = await awaitOrder<Order>();
const clock = createRealClock();
const logger = createJsonLogger((line) => process.stdout.write(line), clock);
const file = JSON.parse(await readFile(order.config, 'utf8')) as WitnessFile;
const keys = file.logs.map((text) => {
  const key = parseVerifierKey(text);
  if (!key.ok) throw new Error(`not a verifier key: ${text}`);
  return key.value;
});
const witness = await createWitness({
  disk: openForgetfulDisk(order),
  clock,
  logger,
  directory: file.directory,
  name: file.name,
  signer: createFileSigner(await readFile(file.keyFile, 'utf8')),
  keysOf(origin) {
    const known = keys.filter(({ name }) => name === origin);
    return known.length === 0 ? undefined : known;
  },
});
const network = createRealNetwork((error) => logger('error', 'handler-failed', { name: (error as Error).name }));
const door = await network.serve({ host: '127.0.0.1', port: 0 }, witness.handler);
report({ public: door.port });
