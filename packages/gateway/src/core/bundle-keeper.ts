/**
 * The trust bundle as this gateway holds it (PROTOCOL 24): accepted only with its chain and proof, cached on disk so
 * that a gateway starts and goes on while the hub is away, and followed by long poll.
 */
import { acceptBundle, type BundleError, type BundleIndex, type BundleTrust, indexBundle } from '@minben/exchange';
import type { Clock, Disk, Logger, Network } from '@minben/ports';

export interface BundleKeeperMeans {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly network: Network;
  readonly logger: Logger;
  /** Where the accepted bundle is cached. */
  readonly cachePath: string;
  /** Base address of the registry's public port. */
  readonly hubUrl: string;
  /** Handed over by people: the bundle key and the hub log's key. */
  readonly pinned: { readonly pinnedKey: string; readonly hubLogKey: string };
  onBundle(index: BundleIndex): void;
}

export interface BundleKeeper {
  current(): BundleIndex | undefined;
  /** Reads the cache, then follows the hub until stopped. Resolves after the cache was read. */
  start(): Promise<void>;
  stop(): void;
  /** Why the last fetch brought nothing; undefined when it did. */
  trouble(): BundleError | 'hub-unreachable' | undefined;
}

const WAIT_SECONDS = 20;
const RETRY_MS = 1_000;
/** A nation's registry: thousands of members, services and agreements. */
const MAXIMUM_BUNDLE = 64 * 1024 * 1024;

export function createBundleKeeper(means: BundleKeeperMeans): BundleKeeper {
  const { clock, disk, network, logger, cachePath, hubUrl, pinned, onBundle } = means;
  const stopping = new AbortController();
  let index: BundleIndex | undefined;
  let trouble: BundleError | 'hub-unreachable' | undefined;

  const trust = (): BundleTrust => (index === undefined ? pinned : { current: index.bundle });

  const take = (sealed: unknown): boolean => {
    const accepted = acceptBundle(sealed, trust(), Math.floor(clock.now() / 1000));
    if (!accepted.ok) {
      trouble = accepted.error;
      logger('warn', 'bundle-refused', { reason: accepted.error });
      return false;
    }
    trouble = undefined;
    index = indexBundle(accepted.value);
    logger('info', 'bundle-accepted', { version: index.version });
    onBundle(index);
    return true;
  };

  const readCache = async (): Promise<void> => {
    const bytes = await disk.read(cachePath);
    if (bytes === undefined) return;
    const sealed = parse(bytes);
    // A cached bundle past its age still tells the chain; it is refused by the checks of each call, not here.
    if (sealed !== undefined) take(sealed);
  };

  const fetchNext = async (): Promise<void> => {
    const after = index?.version ?? 0;
    const answer = await network.request({
      method: 'GET',
      url: `${hubUrl}/bundle?after=${after}&wait=${index === undefined ? 0 : WAIT_SECONDS}`,
      timeoutMs: (WAIT_SECONDS + 10) * 1000,
      maximumBytes: MAXIMUM_BUNDLE,
      signal: stopping.signal,
    });
    if (answer.status === 204) {
      trouble = undefined;
      return;
    }
    const sealed = answer.status === 200 ? parse(answer.body) : undefined;
    if (sealed === undefined) {
      trouble = 'bundle-malformed';
      throw new Error('the hub answered without a bundle');
    }
    if (!take(sealed)) throw new Error('the hub sent a bundle that is not accepted');
    await disk.writeAtomically(cachePath, answer.body);
  };

  const follow = (): void => {
    if (stopping.signal.aborted) return;
    fetchNext().then(
      () => follow(),
      (error: unknown) => {
        if (stopping.signal.aborted) return;
        trouble ??= 'hub-unreachable';
        logger('warn', 'bundle-not-fetched', {
          reason: trouble,
          error: error instanceof Error ? error.name : 'unknown',
        });
        clock.after(RETRY_MS, follow);
      },
    );
  };

  return {
    current: () => index,
    async start() {
      await readCache();
      follow();
    },
    stop: () => stopping.abort(),
    trouble: () => trouble,
  };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
