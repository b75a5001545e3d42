/**
 * The measured writer: as many callers as there may be entries in flight, each of which makes an entry, appends it
 * with its note, waits until it is durable, and goes on. Prints an AppendRun, and leaves the sizes of its batches for
 * the reference.
 */
import { writeFileSync } from 'node:fs';
import { commit, openLog, type PublicLog, SALT_BYTES } from '@minben/evidence';
import { createFileSigner, createRealClock, createRealDisk, createRealRandom } from '@minben/ports';
import { readSettings } from '../harness/run-process.ts';
import type { AppendRun } from './append-run.ts';
import { recordBatches } from './record-batches.ts';

interface AppendSettings {
  readonly folder: string;
  readonly batchesFile: string;
  readonly seconds: number;
  readonly inFlight: number;
  readonly detailsBytes: number;
}

/** Compiled and settled code is measured, not the first second of a process. */
const WARM_UP_SECONDS = 1;

const settings = readSettings<AppendSettings>();
const random = createRealRandom();
const { disk, batches } = recordBatches(createRealDisk());
const log: PublicLog = await openLog({
  disk,
  directory: settings.folder,
  origin: 'log.example/bench',
  signer: createFileSigner(random.bytes(32)),
  clock: createRealClock(),
  logger: () => undefined,
  replay: () => undefined,
  snapshot: () => [],
  askOthers: async () => [{ from: 'nobody', name: 'none' }],
});
const state = await log.decided();
if (state.name !== 'writable') throw new Error(`the log is ${state.name}`);

const details = Array.from({ length: 1024 }, (_, index) => makeDetails(index, settings.detailsBytes));
let appended = 0;
let stopped = false;

async function keepAppending(): Promise<void> {
  while (!stopped) {
    const own = details[appended % details.length] as Buffer;
    const salt = random.bytes(SALT_BYTES);
    const entry = commit('request', salt, own);
    appended += 1;
    await log.append(entry, Buffer.concat([salt, own]));
  }
}

const callers = Array.from({ length: settings.inFlight }, keepAppending);
await new Promise((resolve) => setTimeout(resolve, WARM_UP_SECONDS * 1000));

batches.length = 0;
const sizeBefore = log.head.size;
const cpu = process.cpuUsage();
const start = performance.now();
await new Promise((resolve) => setTimeout(resolve, settings.seconds * 1000));
const seconds = (performance.now() - start) / 1000;
const used = process.cpuUsage(cpu);
const entries = log.head.size - sizeBefore;
const measured = batches.slice();
stopped = true;
await Promise.all(callers);
await log.close();

writeFileSync(settings.batchesFile, JSON.stringify(measured));
const run: AppendRun = { entries, seconds, cpuMicros: used.user + used.system, batches: measured.length };
process.stdout.write(`${JSON.stringify(run)}\n`);

/** Request details as they look in canonical JSON, filled up to the wanted number of bytes. */
function makeDetails(index: number, bytes: number): Buffer {
  const fields = {
    agreement: 'agreement-1',
    body: { length: 0, sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' },
    from: { client: 'TW/GOV/A02/portal', gateway: 'TW/GOV/A02/gw1', member: 'TW/GOV/A02' },
    id: `018f0000-0000-7000-8000-${String(index).padStart(12, '0')}`,
    method: 'GET',
    path: '',
  };
  const bare = Buffer.byteLength(JSON.stringify(fields));
  return Buffer.from(JSON.stringify({ ...fields, path: `/${'p'.repeat(Math.max(0, bytes - bare - 1))}` }));
}
