/**
 * A file that only grows. Opened with O_DSYNC, so that a write is durable when it returns: one way to the thread pool
 * and one system call, for what write and fdatasync do in two each (POSIX, open). After one failed write it fails for
 * ever: the kernel may have dropped the dirty pages and marked them clean, so a later sync that succeeds would prove
 * nothing.
 */
import { constants, close as fsClose, open as fsOpen, fstat, write as fsWrite } from 'node:fs';
import { promisify } from 'node:util';
import type { AppendFile } from '../disk.ts';

const openDescriptor = promisify(fsOpen);
const statDescriptor = promisify(fstat);
const closeDescriptor = promisify(fsClose);
const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_DSYNC;

/** The file itself; its directory entry is the caller's to sync. */
export async function openAppendFile(path: string, mode: number): Promise<{ file: AppendFile; empty: boolean }> {
  const descriptor = await openDescriptor(path, FLAGS, mode);
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
      // Every write that was completed is durable; one that was not has failed the file.
      await tail;
      if (failure) throw failure;
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
