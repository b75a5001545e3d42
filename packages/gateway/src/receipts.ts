/**
 * The receipt of a message: every entry that either side made for it, each with what opens its commitment and the best
 * proof there is now (PROTOCOL 1, 13). Anyone can verify it without this gateway: `minben verify`.
 */
import { formatProof, type PublicLog, proveEntry } from '@minben/evidence';
import { encodeBase64Url } from '@minben/kernel';
import type { PeerEvidence } from './core/notes.ts';
import type { IndexedExchange } from './index-store/index.ts';
import type { PeerTiles } from './peer-tiles.ts';

/** One entry of a receipt: kind, exact details, salt (base64url) and C2SP tlog-proof. */
export interface ReceiptEntry {
  readonly v: 1;
  readonly kind: string;
  readonly details: string;
  readonly salt: string;
  readonly proof: string;
}

export interface Receipt {
  readonly v: 1;
  readonly message: string;
  readonly entries: readonly ReceiptEntry[];
}

/** A receipt, and whether witnesses have cosigned every proof in it: until then it is provisional (PROTOCOL 13). */
export interface MadeReceipt {
  readonly receipt: Receipt;
  readonly isWitnessed: boolean;
}

export interface ReceiptMeans {
  readonly log: PublicLog;
  readonly tiles: PeerTiles;
  findByMessage(messageId: string): readonly IndexedExchange[];
}

/** The receipt of all attempts under a message id; undefined when this gateway knows none. */
export async function makeReceipt(messageId: string, means: ReceiptMeans): Promise<MadeReceipt | undefined> {
  const exchanges = means.findByMessage(messageId);
  if (exchanges.length === 0) return undefined;
  const evidence = exchanges.flatMap(({ request, answer }) => (answer === undefined ? [request] : [request, answer]));
  const made: { entry: ReceiptEntry; isWitnessed: boolean }[] = [];
  for (const one of evidence) made.push(await describe(one, means));
  return {
    receipt: { v: 1, message: messageId, entries: made.map(({ entry }) => entry) },
    isWitnessed: made.every(({ isWitnessed }) => isWitnessed),
  };
}

async function describe(
  { evidence, checkpoint }: PeerEvidence,
  means: ReceiptMeans,
): Promise<{ entry: ReceiptEntry; isWitnessed: boolean }> {
  const { kind, salt, details, index } = evidence;
  const witnessed =
    checkpoint === '' ? await proveOwn(index, means.log) : await provePeers(index, checkpoint, means.tiles);
  const proof =
    witnessed ??
    (checkpoint === '' ? await proveEntry(means.log, index) : formatProof({ index, path: evidence.path, checkpoint }));
  const entry = {
    v: 1 as const,
    kind,
    details: Buffer.from(details).toString('utf8'),
    salt: encodeBase64Url(salt),
    proof,
  };
  return { entry, isWitnessed: witnessed !== undefined };
}

function proveOwn(index: number, log: PublicLog): Promise<string> | undefined {
  return log.witnessed !== undefined && index < log.witnessed.size ? proveEntry(log, index) : undefined;
}

/** The peer's witnessed proof when it can be had now; else the one that came with the message stands: provisional, and it says so. */
function provePeers(index: number, checkpoint: string, tiles: PeerTiles): Promise<string | undefined> {
  const origin = checkpoint.slice(0, checkpoint.indexOf('\n'));
  return tiles.proveWitnessed(origin, index).catch(() => undefined);
}
