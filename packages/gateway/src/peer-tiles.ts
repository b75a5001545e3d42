/**
 * Other logs through their public tiles (PROTOCOL 13): roots that prove or refute a head, the newest cosigned head
 * with its time, and proofs for receipts that witnesses have seen.
 */
import {
  collectCosignatures,
  fetchTilesFrom,
  formatProof,
  lastCheckpoint,
  openTileReader,
  parseCheckpoint,
  parseVerifierKey,
  type SignedHead,
  type TileReader,
  type VerifierKey,
  verifyCheckpoint,
} from '@minben/evidence';
import type { BundleIndex } from '@minben/exchange';
import type { Network } from '@minben/ports';
import type { TileWitness } from './core/heads.ts';

const TIMEOUT_MS = 3_000;
const MAXIMUM_CHECKPOINT = 8_192;

export interface Published {
  readonly head: SignedHead;
  /** Seconds since the epoch at which a quorum had cosigned it; undefined when none has. */
  readonly witnessedAt: number | undefined;
}

export interface PeerTiles extends TileWitness {
  /** The head of this log that another gateway holds and shows; undefined when it holds none that the log signed. */
  heldBy(gateway: string, origin: string): Promise<SignedHead | undefined>;
  /** The log's published head; rejects when it cannot be fetched or is not signed by the log. */
  published(origin: string): Promise<Published>;
  /** A proof under a witnessed checkpoint; undefined while there is none that covers the index. */
  proveWitnessed(origin: string, index: number): Promise<string | undefined>;
}

export function createPeerTiles(network: Network, bundle: () => BundleIndex | undefined): PeerTiles {
  const place = (origin: string): { url: string; key: VerifierKey } => {
    const index = bundle();
    const gateway = index?.gatewaysByOrigin.get(origin);
    const hub = index?.bundle.hub;
    const found =
      gateway !== undefined
        ? { url: `${gateway.publicUrl}/tlog`, key: parseVerifierKey(gateway.logKey) }
        : hub?.origin === origin
          ? { url: `${hub.url}/tlog`, key: parseVerifierKey(hub.logKey) }
          : undefined;
    if (found?.key.ok !== true) throw new Error('the bundle does not hold this log');
    return { url: found.url, key: found.key.value };
  };

  const fetchCheckpoint = async (origin: string): Promise<{ note: string; head: SignedHead; url: string }> => {
    const { url, key } = place(origin);
    const answer = await network.request({
      method: 'GET',
      url: `${url}/checkpoint`,
      timeoutMs: TIMEOUT_MS,
      maximumBytes: MAXIMUM_CHECKPOINT,
    });
    if (answer.status !== 200) throw new Error('the log serves no checkpoint');
    const note = Buffer.from(answer.body).toString('utf8');
    const head = verifyCheckpoint(note, key);
    if (!head.ok) throw new Error(`the checkpoint is not the log's: ${head.error}`);
    return { note, head: head.value, url };
  };

  const open = (url: string, head: SignedHead): Promise<TileReader> =>
    openTileReader(head, fetchTilesFrom(network, url, TIMEOUT_MS));

  const witnessTime = (note: string): number | undefined => {
    const index = bundle();
    const parsed = parseCheckpoint(note);
    if (index === undefined || !parsed.ok) return undefined;
    const keys = index.bundle.witnesses.flatMap(({ key }) => {
      const read = parseVerifierKey(key);
      return read.ok ? [read.value] : [];
    });
    const times = collectCosignatures(parsed.value, keys).map(({ time }) => time);
    const quorum = index.bundle.witnessQuorum;
    return quorum > 0 && times.length >= quorum ? times.toSorted((a, b) => a - b)[quorum - 1] : undefined;
  };

  return {
    async rootsAt(origin, sizes) {
      const { head, url } = await fetchCheckpoint(origin);
      const reader = await open(url, head);
      const rootAt = async (size: number) => (size > head.size ? undefined : await reader.rootAt(size));
      return { published: head, roots: await Promise.all(sizes.map(rootAt)) };
    },
    async published(origin) {
      const { note, head } = await fetchCheckpoint(origin);
      return { head, witnessedAt: witnessTime(note) };
    },
    async heldBy(gateway, origin) {
      const holder = bundle()?.gateways.get(gateway);
      if (holder === undefined) return undefined;
      const prefix = { url: `${holder.publicUrl}/heads` };
      const note = await lastCheckpoint(network, prefix, origin, TIMEOUT_MS);
      const head = note === undefined ? undefined : verifyCheckpoint(note, place(origin).key);
      return head?.ok === true ? head.value : undefined;
    },
    async proveWitnessed(origin, index) {
      const { note, head, url } = await fetchCheckpoint(origin);
      if (index >= head.size || witnessTime(note) === undefined) return undefined;
      const reader = await open(url, head);
      return formatProof({ index, path: await reader.inclusionPath(index, head.size), checkpoint: note });
    },
  };
}
