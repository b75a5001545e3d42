/** I6: a log is append-only over its whole life. Whatever head left a machine is a prefix of the final tree, and what left is in it. */
import { parseCheckpoint, verifyCheckpoint } from '@minben/evidence';
import type { Ledger } from '../ledger.ts';
import { logKeyOf, originOf } from '../nation.ts';
import type { Processes } from '../processes.ts';
import { leafHash, rootOf } from '../small-tree.ts';

export interface History {
  readonly origin: string;
  /** All entries of the final log, in order. */
  readonly entries: readonly Buffer[];
  readonly leaves: readonly Buffer[];
  readonly positions: ReadonlyMap<string, number>;
  /** The final head's checkpoint. */
  readonly checkpoint: string;
}

/** The entries of every log as its public tiles show them at the end. */
export async function readHistories(processes: Processes): Promise<Map<string, History>> {
  const histories = new Map<string, History>();
  for (const { machine, current } of [processes.city, processes.household, processes.spare]) {
    const log = current?.core.log;
    if (log === undefined) continue;
    const head = await log.publish();
    const entries: Buffer[] = [];
    for (let number = 0; entries.length < head.size; number += 1) {
      const width = Math.min(256, head.size - number * 256);
      const bundle = Buffer.from((await log.readTile('entries', number, width)) ?? []);
      for (let at = 0; at < bundle.length; at += 34) entries.push(bundle.subarray(at + 2, at + 34));
      if (bundle.length === 0) break;
    }
    const positions = new Map(entries.map((entry, index) => [entry.toString('hex'), index]));
    const origin = originOf(machine);
    histories.set(machine, { origin, entries, leaves: entries.map(leafHash), positions, checkpoint: head.checkpoint });
  }
  return histories;
}

export function checkHistories(ledger: Ledger, histories: ReadonlyMap<string, History>): string[] {
  const broken: string[] = [];
  for (const [machine, { origin, leaves, positions, checkpoint }] of histories) {
    const heads = [...(ledger.heads.get(origin) ?? []), checkpoint];
    const roots = new Map<number, string>();
    for (const head of heads) {
      const read = parseCheckpoint(head);
      if (!read.ok || !verifyCheckpoint(head, logKeyOf(origin)).ok) {
        broken.push(`I6 ${machine} let out a head that its key did not sign`);
        continue;
      }
      const { size, root } = read.value;
      if (size > leaves.length)
        broken.push(`I6 ${machine} let out a head of ${size}, and ended with ${leaves.length} entries`);
      const expected = roots.get(size) ?? rootOf(leaves.slice(0, size)).toString('hex');
      roots.set(size, expected);
      if (Buffer.from(root).toString('hex') !== expected)
        broken.push(`I6 the head of ${size} that ${machine} let out is no prefix of its final log`);
    }
    for (const entry of ledger.taps.get(machine)?.entries ?? []) {
      if (!positions.has(entry)) broken.push(`I6 ${machine} lost the durable entry ${entry.slice(0, 8)}`);
    }
    if (positions.size !== leaves.length) broken.push(`I6 ${machine} holds an entry twice`);
  }
  return broken;
}
