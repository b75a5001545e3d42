import { readFileSync } from 'node:fs';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

/** Reads a command's JSON file against its schema; throws with the file and the first place that is wrong, never with a value. */
export function readConfig<T extends TSchema>(path: string, schema: T): Static<T> {
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const check = Compile(schema);
  if (check.Check(value)) return value as Static<T>;
  const [first] = check.Errors(value);
  throw new Error(`${path}: ${first?.instancePath || '/'} ${first?.message ?? 'is not as the schema asks'}`);
}

/** A secret from a file that only its owner may read; throws when others may. */
export function readSecret(path: string): string {
  return readFileSync(path, 'utf8').trim();
}
