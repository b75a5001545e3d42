/**
 * The journal of each gateway, with real exchanges in it, torn at every byte of its last batches: it opens at the last
 * whole batch, and it appends again exactly when nobody holds a head beyond that (PROTOCOL 17).
 */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type HeadAnswer, LogRefusal, parseCheckpoint } from '@minben/evidence';
import { createSubjectSealer } from '@minben/exchange';
import { type GatewayCore, loadGatewayConfig, loadGatewaySecrets, openCore } from '@minben/gateway';
import { createFileSigner, createRealClock, createRealDisk, createRealRandom, type Network } from '@minben/ports';
import { createPrng } from '@minben/ports/simulated';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, startCluster } from './cluster/cluster.ts';
import { GATEWAY_NAMES, type GatewayName } from './cluster/places.ts';
import { openLedger } from './ledger/ledger.ts';
import { exchangeUntilOutcome } from './load/exchanges.ts';

const TAIL_HEADS = 3;
const disk = createRealDisk();
let root: string;
let cluster: Cluster;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'minben-torn-'));
  cluster = await startCluster();
  const means = { cluster, ledger: openLedger(cluster), prng: createPrng('torn tail') };
  const ask = async (method: 'GET' | 'POST'): Promise<void> => {
    const { outcome } = await exchangeUntilOutcome(means, method, undefined);
    if (outcome !== 'delivered') throw new Error(`no exchange: ${outcome}`);
  };
  for (let count = 0; count < 6; count += 1) await ask(count % 2 === 0 ? 'POST' : 'GET');
  // The last of these are too young to have been published when the processes end.
  for (let count = 0; count < 8; count += 1) await ask('POST');
  await Promise.all(GATEWAY_NAMES.map((name) => cluster.processes[name].kill()));
});
afterAll(async () => {
  await cluster.close();
  await rm(root, { recursive: true, force: true });
});

/** Nobody answers: the core works from what it has on its disk. */
const silence: Network = {
  request: () => new Promise(() => undefined),
  connect: () => new Promise(() => undefined),
  serve: () => Promise.reject(new Error('nothing is served here')),
  serveMutual: () => Promise.reject(new Error('nothing is served here')),
};

async function open(name: GatewayName, directory: string, held: string | undefined): Promise<GatewayCore> {
  const config = await loadGatewayConfig(disk, cluster.prepared.configs[name]);
  if (!config.ok) throw new Error('the configuration cannot be read');
  const secrets = await loadGatewaySecrets(disk, config.value);
  if (!secrets.ok) throw new Error('the keys cannot be read');
  const answer: HeadAnswer =
    held === undefined ? { from: 'witness', name: 'none' } : { from: 'witness', name: 'head', checkpoint: held };
  const { gateway, origin, registry, binding, timeoutMs, maximumInFlight } = config.value;
  return openCore(
    {
      id: gateway,
      origin,
      directory,
      hubUrl: registry.url,
      pinned: { pinnedKey: registry.bundleKey, hubLogKey: registry.hubLogKey },
      binding,
      timeoutMs,
      maximumInFlight,
    },
    {
      clock: createRealClock(),
      disk,
      network: silence,
      random: createRealRandom(),
      logger: () => undefined,
      signer: createFileSigner(secrets.value.logKey),
      sealer: createSubjectSealer(),
      sealingKey: secrets.value.sealingKey,
      register: { forward: () => Promise.reject(new Error('no system here')) },
      identity: () => secrets.value.identity,
      askOthers: () => Promise.resolve([answer]),
      tiles: () => ({ rootsAt: () => Promise.reject(new Error('no tiles here')) }),
      onNote: () => undefined,
      findOlder: () => Promise.resolve(undefined),
      onRefused: () => undefined,
      onAnswered: () => undefined,
      onBug(error) {
        throw error;
      },
    },
  );
}

interface Torn {
  readonly directory: string;
  /** The newest segment as it was at the kill. */
  readonly bytes: Buffer;
  /** Sets the whole directory back to its state at the kill, with the newest segment cut at this length. */
  cut(length: number): Promise<void>;
}

async function copyOf(name: GatewayName): Promise<Torn> {
  const from = join(dirname(cluster.prepared.configs[name]), 'data');
  const directory = join(root, name);
  const [last] = (await readdir(join(from, 'log', 'journal'))).sort().slice(-1);
  const journal = join('log', 'journal', last as string);
  const bytes = await readFile(join(from, journal));
  return {
    directory,
    bytes,
    async cut(length) {
      await rm(directory, { recursive: true, force: true });
      await cp(from, directory, { recursive: true, filter: (path) => !path.includes('index.sqlite') });
      await writeFile(join(directory, journal), bytes.subarray(0, length));
    },
  };
}

async function publishedSize(directory: string): Promise<number> {
  const parsed = parseCheckpoint(
    await readFile(join(directory, 'log', 'public', 'checkpoint'), 'utf8').catch(() => ''),
  );
  return parsed.ok ? parsed.value.size : 0;
}

describe.each(GATEWAY_NAMES)('the journal of the %s’s gateway', (name) => {
  it('recovers at every torn byte, and appends exactly when no head beyond the cut has left', async () => {
    const torn = await copyOf(name);
    await torn.cut(torn.bytes.length);
    const published = await publishedSize(torn.directory);
    const whole = await open(name, torn.directory, undefined);
    const newest = whole.log.head;
    await whole.close();
    expect(newest.size).toBeGreaterThan(published);

    const sizes = new Set<number>();
    let tried = 0;
    let last = newest.size;
    for (let length = torn.bytes.length; length > 0 && sizes.size <= TAIL_HEADS; length -= 1) {
      // The witness has cosigned the newest head: a log that ends before it was set back.
      await torn.cut(length);
      const beside = await open(name, torn.directory, newest.checkpoint).catch((error: unknown) => error);
      if (beside instanceof LogRefusal) {
        // It had even published more than this: the disk itself shows that something is missing.
        expect([beside.reason, last]).toEqual(['corrupt', published]);
        break;
      }
      const known = beside as GatewayCore;
      const { size } = known.log.head;
      expect(size).toBeLessThanOrEqual(last);
      last = size;
      sizes.add(size);
      const state = await known.log.decided();
      if (size < newest.size) {
        expect(state).toEqual({ name: 'refusing', reason: 'larger-head-elsewhere' });
        await expect(known.log.append(Buffer.alloc(32, 1))).rejects.toMatchObject({ reason: 'larger-head-elsewhere' });
      } else expect((await known.log.append(Buffer.alloc(32, 1))).index).toBe(size);
      const own = known.log.head.checkpoint;
      await known.close();

      // Nobody holds more than what is left: the lost tail was never shown to anyone.
      await torn.cut(length);
      const alone = await open(name, torn.directory, size < newest.size ? own : newest.checkpoint);
      expect(await alone.log.decided()).toEqual({ name: 'writable' });
      expect((await alone.log.append(Buffer.alloc(32, 2))).index).toBe(size);
      await alone.close();
      tried += 1;
    }
    expect(sizes.size).toBeGreaterThan(1);
    expect(tried).toBeGreaterThan(100);
    console.log(`torn tail: the ${name}’s journal at ${tried} bytes, heads ${[...sizes].join(', ')}`);
  });
});
