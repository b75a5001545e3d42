/** Finds nginx on this machine, or fetches the Debian package into var/ without root and without installing it. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FETCHED = fileURLToPath(new URL('../../var/bench/nginx', import.meta.url));

export const HOW_TO_GET_NGINX = `nginx is not on this machine; the gateway-pair reference is a pair of nginx processes.
  as root:       apt-get install -y --no-install-recommends nginx-light
  without root:  npm run bench -- gateway-pair --fetch-nginx
                 (apt-get download nginx nginx-light; dpkg -x into var/bench/nginx; nothing is installed or started)`;

/** Path of an nginx that runs, or undefined. */
export function findNginx(): string | undefined {
  return ['nginx', '/usr/sbin/nginx', '/usr/local/sbin/nginx', join(FETCHED, 'usr/sbin/nginx')].find(runs);
}

/** Downloads and unpacks nginx under var/bench/nginx. Throws with what apt or the loader said. */
export function fetchNginx(): string {
  mkdirSync(FETCHED, { recursive: true });
  // The program stands in `nginx` on Debian 12 and later, in `nginx-light` before.
  for (const name of ['nginx', 'nginx-light']) {
    try {
      execFileSync('apt-get', ['download', name], { cwd: FETCHED, stdio: ['ignore', 'ignore', 'inherit'] });
    } catch (error) {
      process.stderr.write(`apt-get download ${name}: ${(error as Error).message}\n`);
    }
  }
  for (const file of readdirSync(FETCHED).filter((name) => name.endsWith('.deb'))) {
    execFileSync('dpkg', ['-x', join(FETCHED, file), FETCHED], { stdio: 'inherit' });
  }
  const found = join(FETCHED, 'usr/sbin/nginx');
  if (!existsSync(found)) throw new Error(`no nginx came with the packages in ${FETCHED}; try apt-get update first`);
  execFileSync(found, ['-v'], { stdio: 'inherit' });
  return found;
}

function runs(path: string): boolean {
  try {
    execFileSync(path, ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
