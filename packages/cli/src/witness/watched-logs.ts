/** The logs that a witness knows: those of a list, or those of the newest trust bundle. */
import { parseVerifierKey, type VerifierKey } from '@minben/evidence';
import type { Clock, Disk, Logger, Network } from '@minben/ports';
import type { WitnessFile } from './settings.ts';

export interface WatchedLogs {
  readonly keysOf: (origin: string) => readonly VerifierKey[] | undefined;
  ready(): boolean;
  stop(): void;
}

/** Throws with the key that is none, or when nothing is named at all. */
export function watchList(texts: readonly string[]): WatchedLogs {
  const keys = groupByOrigin(
    texts.map((text) => {
      const key = parseVerifierKey(text);
      if (key.ok && key.value.type === 'log') return key.value;
      throw new Error(
        `logs: not the verifier key of a log (${text.slice(0, 80)}): ${key.ok ? 'a witness key' : key.error}`,
      );
    }),
  );
  if (keys.size === 0) throw new Error('logs: no log is named');
  return { keysOf: (origin) => keys.get(origin), ready: () => true, stop: () => {} };
}

export interface FollowMeans {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly network: Network;
  readonly logger: Logger;
}

/** The hub's log and every gateway's, as the newest accepted bundle names them. */
export async function watchBundle(place: NonNullable<WitnessFile['bundle']>, means: FollowMeans): Promise<WatchedLogs> {
  // Loaded only here: a witness of a list starts without a gateway's code.
  const { createBundleKeeper } = await import('@minben/gateway');
  let keys = new Map<string, VerifierKey[]>();
  const keeper = createBundleKeeper({
    ...means,
    cachePath: place.cache,
    hubUrl: place.url.replace(/\/$/, ''),
    pinned: { pinnedKey: place.key, hubLogKey: place.hubLogKey },
    onBundle({ bundle }) {
      const texts = [bundle.hub.logKey, ...bundle.gateways.map(({ logKey }) => logKey)];
      keys = groupByOrigin(
        texts.flatMap((text) => {
          const key = parseVerifierKey(text);
          return key.ok && key.value.type === 'log' ? [key.value] : [];
        }),
      );
    },
  });
  await keeper.start();
  return {
    keysOf: (origin) => keys.get(origin),
    ready: () => keeper.current() !== undefined,
    stop: () => keeper.stop(),
  };
}

function groupByOrigin(keys: readonly VerifierKey[]): Map<string, VerifierKey[]> {
  const grouped = new Map<string, VerifierKey[]>();
  for (const key of keys) grouped.set(key.name, [...(grouped.get(key.name) ?? []), key]);
  return grouped;
}
