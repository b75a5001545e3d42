/**
 * A file that only grows. After one failed write or sync it fails for ever: the kernel may have dropped the
 * dirty pages and marked them clean, so a later sync that succeeds would prove nothing.
 */
import { fdatasync, close as fsClose, open as fsOpen, fstat, write as fsWrite } from 'node:fs';
import { promisify } from 'node:util';
import type { AppendFile } from '../disk.ts';

const openDescriptor = promisify(fsOpen);
const statDescriptor = promisify(fstat);
const syncDescriptor = promisify(fdatasync);
const closeDescriptor = promisify(fsClose);

/** The file itself; its directory entry is the caller's to sync. */
export async function openAppendFile(path: string, mode: number): Promise<{ file: AppendFile; empty: boolean }> {
  const descriptor = await openDescriptor(path, 'a', mode);
  let end = (await statDescriptor(descriptor)).size;
  const empty = end === 0;
  let failure: Error | undefined;
  let tail: Promise<void> = Promise.resolve();

  const once = async (work: () => Promise<void>): Promise<void> => {
    if (failure) throw failure;
    try {
      await work();
    } catch (error) {
      failure ??= error as Error;
      throw error;
    }
  };

  const file: AppendFile = {
    get size() {
      return end;
    },
    append(bytes) {
      end += bytes.byteLength;
      // One after another, so that a short write is completed before the next bytes follow.
      const written = tail.then(() => once(() => writeWhole(descriptor, bytes)));
      tail = written.catch(() => undefined);
      return written;
    },
    async sync() {
      await tail;
      await once(() => syncDescriptor(descriptor));
    },
    async close() {
      await tail;
      await closeDescriptor(descriptor);
    },
  };
  return { file, empty };
}

/** Writes every byte, however many writes it takes: a full disk or a signal may cut one short. */
async function writeWhole(descriptor: number, bytes: Uint8Array): Promise<void> {
  let offset = 0;
  while (offset < bytes.byteLength) offset += await writeSome(descriptor, bytes, offset);
}

function writeSome(descriptor: number, bytes: Uint8Array, offset: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fsWrite(descriptor, bytes, offset, bytes.byteLength - offset, null, (error, written) =>
      error ? reject(error) : resolve(written),
    );
  });
}
