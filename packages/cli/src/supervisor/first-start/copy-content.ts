/**
 * Brings the jurisdiction's exchange (`content/tw/exchange`) into the registry's source folder. A file that is there
 * already stays as it is: from then on the folder belongs to the operator.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writePrivately } from './write-file.ts';

const CONTENT = fileURLToPath(new URL('../../../../../content/tw/exchange/', import.meta.url));

/** What stands without gateways, and what the bundle takes only once the gateways it names are registered. */
export const BEFORE_GATEWAYS = ['members', 'purposes'] as const;
export const AFTER_GATEWAYS = ['services', 'agreements'] as const;

/** Returns how many files were new. */
export function copyContent(sources: string, folders: readonly string[]): number {
  const files = folders.flatMap((folder) => readdirSync(join(CONTENT, folder)).map((name) => join(folder, name)));
  const missing = files.filter((file) => !existsSync(join(sources, file)));
  for (const file of missing) writePrivately(join(sources, file), readFileSync(join(CONTENT, file), 'utf8'));
  return missing.length;
}

/** The policy of the jurisdiction takes the place of the one that a new registry is made with. */
export function copyPolicy(sources: string): void {
  writePrivately(join(sources, 'policy.json'), readFileSync(join(CONTENT, 'policy.json'), 'utf8'));
}
