/**
 * Starts a real PostgreSQL on a data directory, or adopts the one that already serves it (a killed parent leaves
 * its server running). It listens on a private Unix socket only, asks for a random secret, and syncs its commits.
 * For development, demonstrations and single machines; elsewhere `DATABASE_URL` names a managed server.
 */
import { spawn } from 'node:child_process';
import { chownSync, closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { fail, type Result, succeed } from '@minben/kernel';
import type { Clock, Logger, Random } from '@minben/ports';
import { Client } from 'pg';
import { type Account, chooseAccount, identity, listAccounts } from './choose-account.ts';
import { type ClusterPaths, claimSocketDirectory, locateCluster } from './cluster-paths.ts';
import { findBinaries } from './find-binaries.ts';
import { initialiseCluster, keepSecret, SUPERUSER } from './initialise-cluster.ts';
import { readPostmaster } from './read-postmaster.ts';
import { stopPostgres } from './stop-postgres.ts';

export interface PostgresPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

export interface PostgresStartOptions {
  /** The cluster's own folder; made when absent. */
  readonly directory: string;
  /** Ways to run as another account; tests name one. */
  readonly accounts?: readonly Account[];
}

export interface RunningPostgres {
  readonly processId: number;
  /** Whether it was already running. */
  readonly adopted: boolean;
  readonly socketDirectory: string;
  /** Connection address of a database on it, as superuser; holds the secret, so never log it. */
  url(database?: string): string;
  /** Ends it, open transactions being rolled back; resolves when the process is gone. */
  stop(): Promise<void>;
}

/** Why no server runs, with what PostgreSQL itself said. */
export interface PostgresFailure {
  readonly reason:
    | 'no-binaries'
    | 'no-account'
    | 'socket-path-too-long'
    | 'socket-directory-not-ours'
    | 'initdb-failed'
    | 'start-failed';
  readonly detail: string;
}

const STARTING_MS = 60_000;
/** After kill -9 the old server's own children hold its memory for a moment; PostgreSQL then refuses to start. */
const STALE_MS = 10_000;

/** Starts or adopts; see `PostgresFailure` for what can go wrong. */
export async function startPostgres(
  options: PostgresStartOptions,
  ports: PostgresPorts,
): Promise<Result<RunningPostgres, PostgresFailure>> {
  const binaries = findBinaries();
  if (!binaries.ok)
    return failed('no-binaries', `no PostgreSQL for ${process.platform}-${process.arch}; set DATABASE_URL`);
  const located = locateCluster(options.directory);
  if (!located.ok) return failed('socket-path-too-long', 'set TMPDIR to a shorter folder');
  const paths = located.value;
  mkdirSync(paths.root, { recursive: true, mode: 0o700 });
  const account = chooseAccount(binaries.value.postgres, paths.root, options.accounts ?? listAccounts());
  if (account === undefined)
    return failed('no-account', 'no unprivileged account can run it here; start as another user or set DATABASE_URL');
  const claimed = claimSocketDirectory(paths.socketDirectory, [process.getuid?.() ?? 0, account.owner.uid]);
  if (!claimed.ok) return failed('socket-directory-not-ours', `${paths.socketDirectory} belongs to somebody else`);
  chownSync(paths.socketDirectory, account.owner.uid, account.owner.gid);
  const secret = keepSecret(paths, ports.random);
  const initialised = await initialiseCluster(binaries.value.initdb, paths, account, secret);
  if (!initialised.ok) return failed('initdb-failed', initialised.error);
  return await startOrAdopt(binaries.value.postgres, paths, account, secret, ports);
}

async function startOrAdopt(
  program: string,
  paths: ClusterPaths,
  account: Account,
  secret: string,
  ports: PostgresPorts,
): Promise<Result<RunningPostgres, PostgresFailure>> {
  const began = ports.clock.monotonic();
  const url = (database = 'postgres') =>
    `postgresql://${SUPERUSER}:${secret}@localhost/${database}?host=${encodeURIComponent(paths.socketDirectory)}`;
  let ended = true;
  let starts = 0;
  let own: number | undefined;
  for (let pause = 20; ports.clock.monotonic() - began < STARTING_MS; pause = Math.min(pause * 1.5, 500)) {
    const live = readPostmaster(paths.data);
    if (live?.ready && (await answers(url()))) {
      const adopted = live.processId !== own;
      ports.log('info', adopted ? 'postgres-adopted' : 'postgres-started', {
        processId: live.processId,
        account: account.way,
      });
      return succeed({
        processId: live.processId,
        adopted,
        socketDirectory: paths.socketDirectory,
        url,
        stop: () => stopPostgres(paths, live.processId, ports.clock),
      });
    }
    if (live === undefined && ended) {
      const lastWords = starts === 0 ? '' : readLastWords(paths.log);
      const stale = /postmaster\.pid|shared memory|lock file/.test(lastWords);
      if (starts > 0 && !(stale && ports.clock.monotonic() - began < STALE_MS))
        return failed('start-failed', lastWords);
      starts += 1;
      ended = false;
      own = spawnServer(program, paths, account, () => {
        ended = true;
      });
    }
    await new Promise<void>((resume) => ports.clock.after(pause, resume));
  }
  return failed('start-failed', readLastWords(paths.log) || 'it did not become ready in time');
}

function spawnServer(program: string, paths: ClusterPaths, account: Account, onEnd: () => void): number | undefined {
  const settings = [
    'listen_addresses=',
    `unix_socket_directories=${paths.socketDirectory}`,
    'unix_socket_permissions=0700',
    'timezone=UTC',
    'log_timezone=UTC',
    // Neither statements nor the details of errors may be logged: both can hold personal numbers.
    'log_error_verbosity=terse',
    'log_min_error_statement=panic',
    'wal_level=minimal',
    'max_wal_senders=0',
  ];
  rmSync(paths.log, { force: true });
  const log = openSync(paths.log, 'a', 0o600);
  const command = [...account.prefix, program, '-D', paths.data, ...settings.flatMap((setting) => ['-c', setting])];
  // Its own process group: Ctrl-C in a terminal must reach the supervisor first, which stops things in order.
  const child = spawn(command[0] as string, command.slice(1), {
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
    ...identity(account),
  });
  closeSync(log);
  child.once('error', onEnd);
  child.once('exit', onEnd);
  child.unref();
  return child.pid;
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function readLastWords(path: string): string {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return '';
  return readFileSync(path, 'utf8').slice(-2000).trim();
}

function failed(reason: PostgresFailure['reason'], detail: string): Result<never, PostgresFailure> {
  return fail({ reason, detail });
}
