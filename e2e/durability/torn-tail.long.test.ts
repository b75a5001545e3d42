/**
 * The journal of each gateway, with real exchanges in it, torn at every byte of its last batches: it opens at the last
 * whole batch, and it appends again exactly when nobody holds a head beyond that (PROTOCOL 17).
 */
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
import { createMemoryDisk, type Files, readFolder } from './memory-disk.ts';

/** Batches with entries that are torn at every byte. */
const TAIL_BATCHES = 1;
const disk = createRealDisk();
let cluster: Cluster;

beforeAll(async () => {
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
});

/** Nobody answers: the core works from what it has on its disk. */
const silence: Network = {
  request: () => new Promise(() => undefined),
  connect: () => new Promise(() => undefined),
  serve: () => Promise.reject(new Error('nothing is served here')),
  serveMutual: () => Promise.reject(new Error('nothing is served here')),
};

async function open(
  name: GatewayName,
  directory: string,
  files: Files,
  held: string | undefined,
): Promise<GatewayCore> {
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
      disk: createMemoryDisk(files),
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
  /** Length of the newest segment at the kill. */
  readonly length: number;
  /** Size of the head that had been published by then. */
  readonly published: number;
  /** The files as they were at the kill, the newest segment cut at this length. */
  cut(length: number): Files;
}

async function readJournal(name: GatewayName): Promise<Torn> {
  const directory = join(dirname(cluster.prepared.configs[name]), 'data');
  const files = await readFolder(directory);
  const journal = [...files.keys()]
    .filter((path) => path.endsWith('.journal'))
    .sort()
    .at(-1) as string;
  const bytes = files.get(journal) as Buffer;
  const published = parseCheckpoint(files.get(join(directory, 'log', 'public', 'checkpoint'))?.toString() ?? '');
  return {
    directory,
    length: bytes.length,
    published: published.ok ? published.value.size : 0,
    cut: (length) => new Map([...files, [journal, bytes.subarray(0, length)]]),
  };
}

describe.each(GATEWAY_NAMES)('the journal of the %s’s gateway', (name) => {
  it('recovers at every torn byte, and appends exactly when no head beyond the cut has left', {
    timeout: 180_000,
  }, async () => {
    const torn = await readJournal(name);
    const { directory, published } = torn;
    const whole = await open(name, directory, torn.cut(torn.length), undefined);
    const newest = whole.log.head;
    await whole.close();
    expect(newest.size).toBeGreaterThan(published);

    const sizes = new Set<number>();
    let tried = 0;
    let last = newest.size;
    for (let length = torn.length; length > 0 && sizes.size <= TAIL_BATCHES + 1; length -= 1) {
      // The witness has cosigned the newest head: a log that ends before it was set back.
      const beside = await open(name, directory, torn.cut(length), newest.checkpoint).catch((error: unknown) => error);
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
      const alone = await open(name, directory, torn.cut(length), size < newest.size ? own : newest.checkpoint);
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
