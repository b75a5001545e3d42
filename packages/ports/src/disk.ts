/**
 * The disk as a durable store sees it. What was appended is durable only after `sync` has resolved;
 * what was renamed or created is durable only once its directory was synced. Failures reject with a
 * `NodeJS.ErrnoException` (`EIO`, `ENOSPC`, …); after a rejected `sync` nobody knows what is on the disk.
 */
export interface Disk {
  /** Creates the directory and its parents, durably. */
  makeDirectory(path: string): Promise<void>;
  /** Names in the directory, sorted; empty when it does not exist. */
  list(path: string): Promise<string[]>;
  /** The whole file, or undefined when it does not exist. */
  read(path: string): Promise<Buffer | undefined>;
  /** Opens for appending, creating the file (durably) when absent. */
  openAppend(path: string): Promise<AppendFile>;
  /** Replaces the file in one step: temporary file, sync, rename, directory sync. `mode` are POSIX permissions (default 0600). */
  writeAtomically(path: string, bytes: Uint8Array, mode?: number): Promise<void>;
  /** Removes the file, durably; does nothing when it does not exist. */
  remove(path: string): Promise<void>;
  /** For files that can be made again from what is durable. A disk without it: `writeAtomically` does. */
  readonly derived?: DerivedFiles;
}

/** Files that may wait for their sync: one sync of many costs less, and none stands in the way of a journal's. */
export interface DerivedFiles {
  /** Replaces the file in one step, without any sync: after a crash it may be missing, older, empty or torn. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Makes files and their names durable. */
  sync(paths: readonly string[]): Promise<void>;
}

export interface AppendFile {
  /** Bytes in the file, those not yet synced included. */
  readonly size: number;
  append(bytes: Uint8Array): Promise<void>;
  /** Resolves when everything that was appended is durable, as after fdatasync. */
  sync(): Promise<void>;
  close(): Promise<void>;
}
