/** What the tests of this package stand on: real files in a directory of their own, real keys, a real clock. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileSigner, createRealClock, createRealDisk, type Logger, type Signer } from '@minben/ports';
import { onTestFinished } from 'vitest';
import type { PublicLog } from '../contract.ts';
import { type HeadAnswer, type OpenLogOptions, openLog } from '../index.ts';

export const ORIGIN = 'log.example/tw/gov/a01/gw1';

export function signerOf(name: string): Signer {
  return createFileSigner(createHash('sha256').update(name).digest());
}

export function entryOf(index: number | string): Buffer {
  return createHash('sha256').update(`entry ${index}`).digest();
}

/** A directory for a whole file of tests, which removes it itself. */
export async function makeSharedDirectory(): Promise<string> {
  return await mkdtemp(join(tmpdir(), 'minben-evidence-'));
}

/** A directory that is gone when the test is. */
export async function makeDirectory(): Promise<string> {
  const directory = await makeSharedDirectory();
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

export const nobodyKnowsIt = (): Promise<HeadAnswer[]> => Promise.resolve([{ from: 'witness', name: 'none' }]);

export interface OpenedLog {
  readonly log: PublicLog;
  readonly replayed: { readonly note: string; readonly index: number | undefined }[];
  readonly lines: { readonly level: string; readonly event: string; readonly fields: object }[];
}

/** Opens a log whose owner keeps its notes as a list, and waits until it is decided whether it writes. */
export async function openTestLog(directory: string, changes: Partial<OpenLogOptions> = {}): Promise<OpenedLog> {
  const replayed: { note: string; index: number | undefined }[] = [];
  const lines: { level: string; event: string; fields: object }[] = [];
  const logger: Logger = (level, event, fields = {}) => lines.push({ level, event, fields });
  const log = await openLog({
    disk: createRealDisk(),
    directory,
    origin: ORIGIN,
    signer: signerOf(ORIGIN),
    clock: createRealClock(),
    logger,
    replay: (note, index) => replayed.push({ note: Buffer.from(note).toString(), index }),
    snapshot: () => [],
    askOthers: nobodyKnowsIt,
    publishEveryMs: 3_600_000,
    ...changes,
  });
  if (changes.askOthers === undefined) await log.decided();
  return { log, replayed, lines };
}

/** Polls until the condition holds; the test's own time limit ends it otherwise. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}
