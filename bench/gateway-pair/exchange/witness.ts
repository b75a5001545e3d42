/** The witness of the measured exchange: a process of its own, as anywhere. */
import { createWitness, parseVerifierKey } from '@minben/evidence';
import { createFileSigner, createRealClock, createRealDisk, createRealNetwork } from '@minben/ports';
import { announceReady, readSettings } from '../../harness/run-process.ts';
import { createQuietLogger } from './log-lines.ts';
import type { WitnessSettings } from './settings.ts';

const settings = readSettings<WitnessSettings>();
const keys = settings.logs.flatMap((text) => {
  const parsed = parseVerifierKey(text);
  return parsed.ok ? [parsed.value] : [];
});
const { handler, key } = await createWitness({
  name: settings.name,
  signer: createFileSigner(settings.key),
  clock: createRealClock(),
  keysOf: (origin) => keys.filter(({ name }) => name === origin),
  disk: createRealDisk(),
  directory: settings.directory,
  logger: createQuietLogger(),
});
const door = await createRealNetwork().serve({ host: '127.0.0.1', port: 0 }, handler);
process.once('SIGTERM', () => process.exit(0));
announceReady({ port: door.port, key });
