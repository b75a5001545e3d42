/** Makes an empty cluster. It appears under its name in one step (rename), so a crash half-way leaves nothing to repair. */
import { spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, type Result, succeed } from '@minben/kernel';
import type { Random } from '@minben/ports';
import { type Account, identity } from './choose-account.ts';
import type { ClusterPaths } from './cluster-paths.ts';

export const SUPERUSER = 'minben';

/** The superuser's secret, made on first use and kept in a file that only its owner reads. */
export function keepSecret(paths: ClusterPaths, random: Random): string {
  if (!existsSync(paths.secret)) writeFileSync(paths.secret, random.bytes(32).toString('base64url'), { mode: 0o600 });
  return readFileSync(paths.secret, 'utf8').trim();
}

/** Runs `initdb` unless the cluster exists. Fails with what `initdb` said. */
export async function initialiseCluster(
  initdb: string,
  paths: ClusterPaths,
  account: Account,
  secret: string,
): Promise<Result<void, string>> {
  if (existsSync(join(paths.data, 'PG_VERSION'))) return succeed(undefined);
  rmSync(paths.unfinished, { recursive: true, force: true });
  mkdirSync(paths.unfinished, { mode: 0o700 });
  chownSync(paths.unfinished, account.owner.uid, account.owner.gid);
  const password = join(paths.root, 'initial-password');
  writeFileSync(password, secret, { mode: 0o600 });
  chownSync(password, account.owner.uid, account.owner.gid);
  const words = [
    '-D',
    paths.unfinished,
    '-U',
    SUPERUSER,
    '--auth=scram-sha-256',
    `--pwfile=${password}`,
    '--encoding=UTF8',
    '--locale=C',
  ];
  const outcome = await runToEnd([...account.prefix, initdb, ...words], account);
  rmSync(password, { force: true });
  if (!outcome.ok) return outcome;
  chmodSync(paths.unfinished, 0o700);
  renameSync(paths.unfinished, paths.data);
  return succeed(undefined);
}

function runToEnd(command: readonly string[], account: Account): Promise<Result<void, string>> {
  return new Promise((done) => {
    const child = spawn(command[0] as string, command.slice(1), {
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe'],
      ...identity(account),
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2000);
    });
    child.once('error', (error) => done(fail(error.message)));
    child.once('close', (code) =>
      done(code === 0 ? succeed(undefined) : fail(said.trim() || `initdb ended with status ${code}`)),
    );
  });
}
