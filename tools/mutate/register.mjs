/**
 * Loads one source file of the repository with one change: `node --import <path of this file> program.ts`, with the
 * mutation as JSON in the environment variable MINBEN_MUTATION (see mutate-source.mjs for its members).
 * Without the variable it does nothing. It ends the process at once when the text does not occur exactly once.
 * Nothing that is shipped knows of it: the change is made to the text that the module loader reads.
 */
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { mutateFile, ROOT } from './mutate-source.mjs';

const text = process.env.MINBEN_MUTATION;
if (text !== undefined && text !== '') {
  const mutation = JSON.parse(text);
  const source = mutateFile(mutation);
  const target = pathToFileURL(join(ROOT, mutation.file)).href;
  registerHooks({
    load(url, context, nextLoad) {
      if (url !== target) return nextLoad(url, context);
      if (mutation.report !== undefined) appendFileSync(mutation.report, `${mutation.id}\n`);
      const format = mutation.file.endsWith('.ts') ? 'module-typescript' : 'module';
      return { format, source, shortCircuit: true };
    },
  });
}
