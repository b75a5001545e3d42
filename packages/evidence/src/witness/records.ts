/** What a witness remembers: the newest checkpoint it cosigned of each origin, on the disk before anybody hears of it. */
import { hash } from 'node:crypto';
import type { Disk } from '@minben/ports';
import { type Checkpoint, parseCheckpoint } from '../note/index.ts';

/** Lower-case hex SHA-256 of the origin: the name of its record, and its path for monitors. */
export function originDigest(origin: string): string {
  return hash('sha256', origin, 'hex');
}

export interface WitnessRecords {
  /** The newest cosigned checkpoint with its cosignature. Rejects when the record is damaged: better silent than wrong. */
  newest(origin: string): Promise<(Checkpoint & { readonly note: string }) | undefined>;
  byDigest(digest: string): Promise<string | undefined>;
  keep(origin: string, checkpoint: string): Promise<void>;
  /** Runs one piece of work after another for each origin, so that checking and keeping are one step. */
  inTurn<T>(origin: string, work: () => Promise<T>): Promise<T>;
}

export async function openRecords(disk: Disk, directory: string): Promise<WitnessRecords> {
  await disk.makeDirectory(directory);
  const turns = new Map<string, Promise<unknown>>();
  const byDigest = async (digest: string): Promise<string | undefined> =>
    (await disk.read(`${directory}/${digest}`))?.toString();
  return {
    byDigest,
    async newest(origin) {
      const note = await byDigest(originDigest(origin));
      if (note === undefined) return undefined;
      const parsed = parseCheckpoint(note);
      if (!parsed.ok || parsed.value.origin !== origin) throw new Error('a damaged witness record');
      return { ...parsed.value, note };
    },
    async keep(origin, checkpoint) {
      await disk.writeAtomically(`${directory}/${originDigest(origin)}`, Buffer.from(checkpoint));
    },
    async inTurn(origin, work) {
      const turn = (turns.get(origin) ?? Promise.resolve()).then(work, work);
      turns.set(origin, turn);
      try {
        return await turn;
      } finally {
        if (turns.get(origin) === turn) turns.delete(origin);
      }
    },
  };
}
