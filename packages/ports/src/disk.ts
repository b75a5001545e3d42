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
}

export interface AppendFile {
  /** Bytes in the file, those not yet synced included. */
  readonly size: number;
  append(bytes: Uint8Array): Promise<void>;
  /** fdatasync */
  sync(): Promise<void>;
  close(): Promise<void>;
}
