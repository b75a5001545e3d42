/**
 * I1: no proof in the log, no data. Whatever left was durable before its first byte, stands in the sender's final log,
 * and what an application was given is what the entries of both sides say.
 */
import { createHash } from 'node:crypto';
import { parseCheckpoint, verifyInclusion } from '@minben/evidence';
import type { RequestDetails, ResponseDetails } from '@minben/exchange';
import type { ApplicationEnd, Ledger, LeftMessage } from '../ledger.ts';
import { leafHash, pathOf, rootOf } from '../small-tree.ts';
import type { History } from './histories.ts';

export function checkEvidence(ledger: Ledger, histories: ReadonlyMap<string, History>): string[] {
  const broken: string[] = [];
  for (const { machine, seen, wasDurable } of ledger.left) {
    if (seen.entry === '') continue;
    if (!wasDurable)
      broken.push(`I1 ${machine} let a ${seen.kind} out before its entry was durable (${seen.id.slice(-6)})`);
    const history = histories.get(machine);
    if (history !== undefined && !isProvable(history, seen.entry))
      broken.push(`I1 ${machine} cannot prove a ${seen.kind} that left (${seen.id.slice(-6)})`);
  }
  for (const end of ledger.ends) broken.push(...checkDelivery(end, ledger));
  return broken;
}

/** Recomputed here from the entries alone: path and root by their definitions, the head by the log's signature. */
function isProvable({ leaves, positions, checkpoint }: History, entry: string): boolean {
  const index = positions.get(entry);
  const head = parseCheckpoint(checkpoint);
  if (index === undefined || !head.ok) return false;
  const { size, root } = head.value;
  if (!rootOf(leaves.slice(0, size)).equals(Buffer.from(root))) return false;
  return verifyInclusion(
    leafHash(Buffer.from(entry, 'hex')),
    index,
    { size, root },
    pathOf(index, leaves.slice(0, size)),
  );
}

function checkDelivery({ call, answer }: ApplicationEnd, ledger: Ledger): string[] {
  if (answer.kind !== 'delivered') return [];
  const name = `I1 delivery ${call.id.slice(-6)}`;
  const body = Buffer.from(answer.body);
  const arrived = ledger.arrived.find(
    ({ machine, seen }) =>
      machine === 'city' && seen.kind === 'response' && seen.id === call.id && seen.body.equals(body),
  );
  if (arrived === undefined) return [`${name}: no such answer ever arrived`];
  const response = read<ResponseDetails>(arrived.seen.details);
  const sentBy = (kind: string, entry: string): LeftMessage | undefined =>
    ledger.left.find(({ seen }) => seen.kind === kind && seen.entry === entry);
  const released = sentBy('response', arrived.seen.entry);
  const asked = sentBy('request', arrived.seen.request ?? '');
  if (released === undefined) return [`${name}: its answer left no gateway`];
  if (asked === undefined || asked.machine !== 'city') return [`${name}: its request left no gateway`];
  const request = read<RequestDetails>(asked.seen.details);
  const claims: readonly [string, unknown, unknown][] = [
    ['status', response.status, answer.status],
    ['body', response.body.sha256, sha256(body)],
    ['length', response.body.length, body.length],
    ['method', request.method, call.method],
    ['path', request.path, call.path],
    ['request body', request.body.sha256, sha256(call.body)],
    ['client', request.from.client, call.client],
    ['purpose', request.purpose, call.purpose],
    ['grant', request.grant !== undefined, call.grant !== undefined],
  ];
  return claims
    .filter(([, stated, fact]) => stated !== fact)
    .map(([what]) => `${name}: the entries state another ${what}`);
}

function read<T>(details: Buffer): T {
  return JSON.parse(details.toString()) as T;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
