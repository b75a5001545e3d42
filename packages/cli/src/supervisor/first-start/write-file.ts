import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Writes JSON in one step, so that nobody reads half a file; leaves a file alone that says the same already. */
export function writeJson(path: string, value: unknown): void {
  writePrivately(path, `${JSON.stringify(value, undefined, 2)}\n`);
}

/** A file that only its owner reads. */
export function writePrivately(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
