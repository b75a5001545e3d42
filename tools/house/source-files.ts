/** The repository's own files, as the house tests see them: nothing installed, built or written at run time. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Folders that git ignores or keeps for itself. */
const foreign = new Set(['node_modules', '.git', 'dist', 'var', 'coverage']);

export interface SourceFile {
  /** From the root, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** Every file whose name ends in one of `endings`, in a stable order. */
export function listFiles(endings: readonly string[], folder: string = root): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !foreign.has(entry.name)) found.push(...listFiles(endings, path));
    if (entry.isFile() && endings.some((ending) => entry.name.endsWith(ending))) {
      found.push(relative(root, path).split(sep).join('/'));
    }
  }
  return found.sort();
}

export function readSources(endings: readonly string[]): SourceFile[] {
  return listFiles(endings).map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** Tests, and what only tests use. */
export function isTest(path: string): boolean {
  return /\.test\.ts$|\/(?:testing|test-support)\/|^(?:e2e|bench|tools)\//.test(path);
}
