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

export interface ReceiptMeans {
  readonly log: PublicLog;
  readonly tiles: PeerTiles;
  findByMessage(messageId: string): readonly IndexedExchange[];
}

/** The receipt of all attempts under a message id; undefined when this gateway knows none. */
export async function makeReceipt(messageId: string, means: ReceiptMeans): Promise<Receipt | undefined> {
  const exchanges = means.findByMessage(messageId);
  if (exchanges.length === 0) return undefined;
  const entries: ReceiptEntry[] = [];
  for (const { request, answer } of exchanges) {
    entries.push(await describe(request, means));
    if (answer !== undefined) entries.push(await describe(answer, means));
  }
  return { v: 1, message: messageId, entries };
}

async function describe({ evidence, checkpoint }: PeerEvidence, means: ReceiptMeans): Promise<ReceiptEntry> {
  const { kind, salt, details, index, path } = evidence;
  const proof =
    checkpoint === '' ? await proveEntry(means.log, index) : await provePeerEntry(index, path, checkpoint, means.tiles);
  return { v: 1, kind, details: Buffer.from(details).toString('utf8'), salt: encodeBase64Url(salt), proof };
}

/** The peer's witnessed proof when it can be had now, else the one that came with the message: provisional, and it says so. */
async function provePeerEntry(
  index: number,
  path: readonly Uint8Array[],
  checkpoint: string,
  tiles: PeerTiles,
): Promise<string> {
  const origin = checkpoint.slice(0, checkpoint.indexOf('\n'));
  const witnessed = await tiles.proveWitnessed(origin, index).catch(() => undefined);
  return witnessed ?? formatProof({ index, path, checkpoint });
}
