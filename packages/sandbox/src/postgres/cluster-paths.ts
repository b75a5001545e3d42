/**
 * Where a cluster keeps its things. The socket lies under the system's temporary folder, because a Unix socket's
 * path may have 107 bytes at most and a checkout may lie deep; its folder is private and named after the data directory.
 */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fail, type Result, succeed } from '@minben/kernel';

export interface ClusterPaths {
  readonly root: string;
  readonly data: string;
  /** A cluster being made; renamed to `data` once complete. */
  readonly unfinished: string;
  readonly secret: string;
  readonly log: string;
  readonly socketDirectory: string;
}

const SOCKET_NAME = '/.s.PGSQL.5432';
const LONGEST_SOCKET_PATH = 107;

/** `directory` is the cluster's own folder, usually `var/postgres`. */
export function locateCluster(
  directory: string,
  temporary: string = tmpdir(),
): Result<ClusterPaths, 'socket-path-too-long'> {
  const root = resolve(directory);
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16);
  const socketDirectory = join(temporary, `minben-${name}`);
  if (Buffer.byteLength(socketDirectory + SOCKET_NAME) > LONGEST_SOCKET_PATH) return fail('socket-path-too-long');
  return succeed({
    root,
    data: join(root, 'data'),
    unfinished: join(root, 'data-unfinished'),
    secret: join(root, 'secret'),
    log: join(root, 'server.log'),
    socketDirectory,
  });
}

/** Makes the socket's folder, and refuses one that somebody else laid there first (temporary folders are shared). */
export function claimSocketDirectory(
  path: string,
  owners: readonly number[],
): Result<void, 'socket-directory-not-ours'> {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const found = lstatSync(path);
  const ours = found.isDirectory() && owners.includes(found.uid) && (found.mode & 0o077) === 0;
  return ours ? succeed(undefined) : fail('socket-directory-not-ours');
}
