/**
 * PostgreSQL refuses to run as root. This decides how a root user starts it all the same, without creating
 * accounts: in a user namespace (nothing on the disk changes hands), else as an existing unprivileged account,
 * else as that account with the one capability that lets it through private parent folders.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Account {
  readonly way: 'direct' | 'namespace' | 'setuid' | 'setuid-with-access';
  /** Words before the program. */
  readonly prefix: readonly string[];
  /** For `spawn`; absent = the caller's own. */
  readonly uid?: number;
  readonly gid?: number;
  /** Who must own the data directory, as seen from outside. */
  readonly owner: { readonly uid: number; readonly gid: number };
}

/** Ways to try, best first. PostgreSQL looks its own account up by number, so the number must stand in /etc/passwd. */
export function listAccounts(): Account[] {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  if (uid !== 0) return [{ way: 'direct', prefix: [], owner: { uid, gid } }];
  const user = findUnprivilegedUser();
  if (user === undefined) return [];
  const capability = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  return [
    {
      way: 'namespace',
      prefix: ['unshare', '-U', `--map-user=${user.uid}`, `--map-group=${user.gid}`, '--'],
      owner: { uid, gid },
    },
    { way: 'setuid', prefix: [], uid: user.uid, gid: user.gid, owner: user },
    {
      way: 'setuid-with-access',
      prefix: ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', ...capability, '--'],
      owner: user,
    },
  ];
}

/** The first way in which the program runs and `directory` can be entered. */
export function chooseAccount(
  program: string,
  directory: string,
  accounts: readonly Account[] = listAccounts(),
): Account | undefined {
  return accounts.find((account) => {
    const [command, ...words] = [
      ...account.prefix,
      '/bin/sh',
      '-c',
      'cd "$1" && "$2" --version',
      'probe',
      directory,
      program,
    ];
    return spawnSync(command as string, words, { cwd: '/', stdio: 'ignore', ...identity(account) }).status === 0;
  });
}

/** The part of an account that `spawn` takes. */
export function identity(account: Account): { uid?: number; gid?: number } {
  return account.uid === undefined || account.gid === undefined ? {} : { uid: account.uid, gid: account.gid };
}

function findUnprivilegedUser(): { uid: number; gid: number } | undefined {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((parts) => parts.length >= 4 && parts[2] !== '0')
    .map((parts) => ({ name: parts[0], uid: Number(parts[2]), gid: Number(parts[3]) }));
  const found =
    ['postgres', 'nobody', 'daemon'].map((name) => users.find((user) => user.name === name)).find(Boolean) ?? users[0];
  return found && { uid: found.uid, gid: found.gid };
}
