/** The evidence logs of a peer that the test plays: a real one, and forks of it under the same origin and key. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openLog, type PublicLog } from '@minben/evidence';
import { createRealClock, createRealDisk } from '@minben/ports';
import type { PreparedGateway } from './prepare.ts';

/** Opens a log in its own folder. A log under the same origin in another folder is a second history. */
export async function openPeerLog({ entry, signer, folder }: PreparedGateway, name: string): Promise<PublicLog> {
  const log = await openLog({
    disk: createRealDisk(),
    directory: join(folder, name),
    origin: entry.origin,
    signer,
    clock: createRealClock(),
    logger: () => undefined,
    replay: () => undefined,
    snapshot: () => [],
    askOthers: () => Promise.resolve([{ from: 'test', name: 'none' }]),
    publishEveryMs: 250,
  });
  await log.decided();
  return log;
}

/** Fills a log with entries that say nothing. */
export async function pad(log: PublicLog, entries: number): Promise<void> {
  await Promise.all(Array.from({ length: entries }, () => log.append(randomBytes(32))));
}
