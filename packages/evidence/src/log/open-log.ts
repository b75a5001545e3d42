/** Opening a log: recover, let the owner replay its notes, ask those who hold its heads. See the package's README. */
import type { Clock, Disk, Logger, Signer } from '@minben/ports';
import type { PublicLog } from '../contract.ts';
import { createVerifierKey } from '../note/index.ts';
import type { HeadAnswer } from './ask.ts';
import { DurableLog } from './durable-log.ts';
import { Journal } from './journal.ts';
import { createTileSource } from './publish.ts';
import { recover } from './recover.ts';

export interface OpenLogOptions {
  readonly disk: Disk;
  /** Own directory: `journal/` is private, `public/` may be served by any web server. */
  readonly directory: string;
  /** C2SP origin, which is also the name of the log's key. */
  readonly origin: string;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Gets every note of the last snapshot and after it, in order, with the index of the entry it came with. */
  readonly replay: (note: Uint8Array, index: number | undefined) => void;
  /**
   * The owner's state as notes, for the head of a new segment. It holds the effect of every note that is
   * durable and may hold that of later ones: replaying a note over a state that has it must change nothing.
   */
  readonly snapshot: () => readonly Uint8Array[];
  /** Asks witnesses and recent peers for the largest head they hold (PROTOCOL 17), each with its own time-out. See `askHolders`. */
  readonly askOthers: () => Promise<readonly HeadAnswer[]>;
  /** Runs `flush` once the turn of the event loop has brought what it brings. Default: atEndOfTurn. */
  readonly gather?: (flush: () => void) => void;
  /** Milliseconds between publications; default 1,000 (PROTOCOL 18). */
  readonly publishEveryMs?: number;
  /** Bytes of batches after which a new segment begins; default 64 MiB. */
  readonly segmentBytes?: number;
}

const SEGMENT_BYTES = 64 * 1024 * 1024;

/**
 * Opens the log in `directory`, creating it when there is none. Resolves in state `asking`: reading works,
 * appends are refused until `decided()`. Rejects with LogRefusal `corrupt` when what is on the disk is not
 * one unbroken, signed history; then nothing was changed.
 */
export async function openLog(options: OpenLogOptions): Promise<PublicLog> {
  if (typeof options.askOthers !== 'function') throw new TypeError('a log needs someone to ask for its newest head');
  const key = createVerifierKey(options.origin, 'log', options.signer.publicKey);
  const recovered = await recover({
    disk: options.disk,
    directory: options.directory,
    key,
    sign: (text) => options.signer.sign(text),
    tileSource: createTileSource(options.disk, `${options.directory}/public`),
    logger: options.logger,
  });
  for (const { note, index } of recovered.notes) options.replay(note, index);
  const journal = await Journal.open(
    options.disk,
    `${options.directory}/journal`,
    options.segmentBytes ?? SEGMENT_BYTES,
    recovered.segments,
    recovered.active,
  );
  const log = new DurableLog(options, key, recovered, journal);
  try {
    await log.start();
  } catch (error) {
    await journal.close();
    throw error;
  }
  return log;
}
