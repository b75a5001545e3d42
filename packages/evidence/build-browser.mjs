/**
 * Emits the verifier as one ES module that browsers (and Node without type stripping) load:
 * `node packages/evidence/build-browser.mjs [target]`, default packages/evidence/dist/verifier.js.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));

/** Writes the module to `target` and answers its path. */
export async function buildBrowserVerifier(target = join(here, 'dist', 'verifier.js')) {
  await build({
    entryPoints: [join(here, 'src', 'verifier', 'index.ts')],
    outfile: target,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2024',
    charset: 'utf8',
    logLevel: 'warning',
  });
  return target;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await buildBrowserVerifier(process.argv[2]));
