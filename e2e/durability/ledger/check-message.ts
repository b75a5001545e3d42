/**
 * What must hold of an answer that an application has in its hands: a receipt that the independent verifier accepts,
 * whose request stands in the consumer's log and whose response, over exactly the released bytes, in the provider's.
 */
import { commit, parseProof, verifyReceipt } from '@minben/evidence';
import type { Cluster } from '../cluster/cluster.ts';
import { call } from '../cluster/http.ts';
import { GATEWAYS, type GatewayName } from '../cluster/places.ts';
import type { Delivery, Ledger } from './ledger.ts';

export interface ReceiptEntry {
  readonly kind: string;
  readonly details: string;
  readonly salt: string;
  readonly proof: string;
}

export interface ReceiptFile {
  readonly v: 1;
  readonly message: string;
  readonly entries: readonly ReceiptEntry[];
}

interface Details {
  readonly origin: string;
  readonly request?: string;
  readonly outcome?: string;
  readonly body: { readonly sha256: string; readonly length: number };
}

/** The receipt that a gateway gives out; undefined while it cannot be reached, `none` when it knows of no such message. */
export async function fetchReceipt(
  cluster: Cluster,
  gateway: GatewayName,
  id: string,
): Promise<ReceiptFile | 'none' | undefined> {
  const port = cluster.processes[gateway].ports?.['consumer'];
  if (port === undefined) return undefined;
  const url = `http://127.0.0.1:${port}/receipts/${id}`;
  const answer = await call(cluster.network, 'GET', url).catch(() => undefined);
  if (answer?.status === 404) return 'none';
  return answer?.status === 200 ? (answer.json as unknown as ReceiptFile) : undefined;
}

export function entryOf({ kind, salt, details }: ReceiptEntry): string {
  return Buffer.from(commit(kind, Buffer.from(salt, 'base64url'), Buffer.from(details))).toString('hex');
}

export type Verdict = 'holds' | 'not-yet' | string;

/** `not-yet`: the logs have not been followed far enough, or witnesses have not cosigned; ask again. */
export async function checkMessage(ledger: Ledger, delivery: Delivery, receipt: ReceiptFile): Promise<Verdict> {
  const read = receipt.entries.map((entry) => ({
    entry,
    hash: entryOf(entry),
    details: JSON.parse(entry.details) as Details,
  }));
  for (const { entry } of read) {
    const proof = parseProof(entry.proof);
    if (!proof.ok || !ledger.heads.saw(proof.value.checkpoint, `a receipt of ${delivery.id}`))
      return 'a proof that cannot be read';
  }
  const answer = read.find(
    ({ entry, details }) =>
      entry.kind === 'response' &&
      details.outcome === 'delivered' &&
      details.body.sha256 === delivery.bodyDigest &&
      details.body.length === delivery.bodyLength,
  );
  if (answer === undefined) return 'not-yet';
  const request = read.find(({ entry, hash }) => entry.kind === 'request' && hash === answer.details.request);
  if (request === undefined) return 'a response without its request';
  const { consumer, provider } = ledger.followers;
  if (request.details.origin !== GATEWAYS.consumer.origin || answer.details.origin !== GATEWAYS.provider.origin)
    return 'an entry of another log';
  const pair = { v: 1, message: delivery.id, entries: [request.entry, answer.entry] };
  const verification = await verifyReceipt(pair, ledger.policy);
  if (verification.provisional) return 'not-yet';
  if (!verification.ok)
    return `its receipt does not verify: ${verification.claims
      .filter(({ holds }) => !holds)
      .map(({ name }) => name)
      .join(', ')}`;
  if (!consumer.has(request.hash) || !provider.has(answer.hash)) return 'not-yet';
  return 'holds';
}
