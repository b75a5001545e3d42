/**
 * A mutation takes one check out of one source file, in memory, so that a test can show that something notices.
 * It guarantees: the text to replace stands exactly once in the file, or nothing runs at all.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that the paths of mutations are relative to: the root of the repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @typedef {object} Mutation
 * @property {string} id A name for people, `lost-sync`.
 * @property {string} file Path from the root of the repository, `packages/gateway/src/core/receive.ts`.
 * @property {string} find Exact text; it must occur exactly once in the file.
 * @property {string} replace What stands in its place.
 * @property {string} [report] Path of a file to which the id is appended when the changed source was loaded.
 */

/**
 * @param {Mutation} mutation
 * @param {string} source
 * @returns {string} The source with the one change.
 */
export function mutateSource({ id, file, find, replace }, source) {
  const pieces = source.split(find);
  if (find === '' || pieces.length !== 2) {
    throw new Error(
      `mutation ${id}: its text occurs ${find === '' ? 'nowhere' : pieces.length - 1} times in ${file}, not once`,
    );
  }
  return pieces.join(replace);
}

/**
 * Throws unless the mutation fits the file as it stands now; a list of mutations is checked with it in a quick test.
 * @param {Mutation} mutation
 * @returns {string} The changed source.
 */
export function mutateFile(mutation) {
  return mutateSource(mutation, readFileSync(join(ROOT, mutation.file), 'utf8'));
}
