import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allowed, findBorderBreaks } from './borders.ts';
import { scanImports } from './scan-source.ts';
import { readSources, root } from './source-files.ts';

const packages = readdirSync(join(root, 'packages'));
const declared = Object.fromEntries(packages.map((name) => [name, declaredBy(name)]));

describe('the borders between packages', () => {
  it('are kept by every file', () => {
    expect(findBorderBreaks(readSources(['.ts']), declared)).toEqual([]);
  });

  it('are known for every package, and every package declares only what it may use', () => {
    expect(packages.toSorted()).toEqual(Object.keys(allowed).toSorted());
    for (const name of packages) {
      const used = [...(declared[name] ?? [])].filter((dependency) => dependency.startsWith('@minben/'));
      for (const dependency of used) expect(allowed[name], name).toContain(dependency.slice('@minben/'.length));
    }
  });

  it.each([
    ['packages/kernel/src/a.ts', "import { append } from '@minben/evidence';", 'kernel may not use evidence'],
    ['packages/gateway/src/a.ts', "import { seed } from '@minben/sandbox';", 'gateway may not use sandbox'],
    ['packages/gateway/src/a.ts', "import type { Registry } from '@minben/registry';", 'gateway may not use registry'],
    ['packages/cli/src/a.ts', "export { x } from '@minben/kernel/src/x.ts';", 'past the index.ts'],
    ['packages/cli/src/a.test.ts', "import { x } from '@minben/kernel/src/x.ts';", 'past the index.ts'],
    ['packages/gateway/src/a.ts', "import { createWorld } from '@minben/ports/simulated';", 'past the index.ts'],
    ['packages/exchange/src/a.ts', "import { x } from '../../kernel/src/x.ts';", 'leaves its package'],
    ['packages/exchange/src/a.ts', "import { x } from './x';", 'without its ending'],
    ['packages/exchange/src/a.ts', "import { x } from './testing/x.ts';", 'for tests only'],
    ['packages/exchange/src/a.ts', "import { x } from '@minben/exchange';", 'its own package by name'],
    ['packages/exchange/src/a.ts', "import {\n  x,\n} from 'lodash';", 'does not list'],
    ['packages/exchange/src/a.ts', "import 'lodash';", 'does not list'],
    ['packages/exchange/src/a.ts', "const x = await import('lodash/fp');", 'does not list'],
    ['packages/exchange/src/a.ts', 'const x = await import(name);', 'something computed'],
    ['packages/evidence/src/verifier/a.ts', "import { x } from '../tree.ts';", 'outside its folder'],
    ['packages/evidence/src/verifier/a.ts', "import { x } from '@minben/kernel';", 'outside its folder'],
    ['packages/evidence/src/verifier/a.ts', "import { createHash } from 'node:crypto';", 'outside its folder'],
    ['packages/evidence/src/a.ts', "import { readFile } from 'node:fs/promises';", 'past its ports'],
    ['packages/ports/src/simulated/a.ts', "import { request } from 'undici';", 'past its ports'],
    ['packages/gateway/src/a.ts', "import net from 'net';", 'past its ports'],
    ['packages/gateway/src/a.ts', 'const at = Date.now();', 'past its ports'],
    ['packages/gateway/src/a.ts', 'const at = `${Math.random()}`;', 'past its ports'],
    ['packages/gateway/src/a.ts', 'setTimeout(() => {}, 1);', 'past its ports'],
    ['packages/gateway/src/a.ts', 'const at = new Date();', 'past its ports'],
    ['packages/gateway/src/a.ts', "const at = await fetch('x');", 'past its ports'],
    ['packages/gateway/src/a.ts', "const at = await globalThis.fetch('x');", 'past its ports'],
    ['packages/gateway/src/a.ts', 'export default 1;', 'default export'],
    ['packages/gateway/src/a.ts', 'const a = 1;\nexport { a as default };', 'default export'],
  ])('are broken by %s with %j', (path, text, what) => {
    expect(findBorderBreaks([{ path, text }], declared).join('\n')).toContain(what);
  });

  it.each([
    ['packages/evidence/src/verifier/a.ts', "import { x } from './tree.ts';\nimport { y } from '../verifier/b.ts';"],
    ['packages/gateway/src/a.ts', "import type { Socket } from 'node:net';\nimport { createHash } from 'node:crypto';"],
    [
      'packages/gateway/src/a.ts',
      "// Date.now() is forbidden here\nconst text = 'setTimeout(';\nconst at = new Date(0);",
    ],
    ['packages/gateway/src/main.ts', 'const at = Date.now();'],
    ['packages/gateway/src/a.ts', "const read = (fetch: Fetch) => fetch('x');\nawait reader.fetch('x');"],
    ['packages/ports/src/real/clock.ts', "import { open } from 'node:fs/promises';\nconst at = Date.now();"],
    ['packages/gateway/src/testing/a.ts', "import { createUnsyncedDisk } from '@minben/ports/faulty';"],
    ['packages/gateway/src/a.test.ts', "import { readFileSync } from 'node:fs';\nimport { it } from 'vitest';"],
    ['packages/gateway/src/a.ts', "/* import { x } from 'lodash'; */\n// import { y } from 'lodash';"],
  ])('are kept by %s with %j', (path, text) => {
    expect(findBorderBreaks([{ path, text }], declared)).toEqual([]);
  });
});

describe('scanImports', () => {
  it('finds every kind of import, and tells types apart', () => {
    const text = [
      "import a from 'a';",
      "import type { B } from 'b';",
      "export * from 'c';",
      "export type { D } from 'd';",
      "import { type E, f } from 'e';",
      "import 'g';",
      "const h = () => import('h');",
    ].join('\n');
    expect(scanImports(text).map(({ specifier, typeOnly }) => (typeOnly ? `type ${specifier}` : specifier))).toEqual([
      'a',
      'type b',
      'c',
      'type d',
      'e',
      'g',
      'h',
    ]);
  });
});

function declaredBy(name: string): ReadonlySet<string> {
  const text = readFileSync(join(root, 'packages', name, 'package.json'), 'utf8');
  const parsed = JSON.parse(text) as { dependencies?: object; optionalDependencies?: object };
  return new Set([...Object.keys(parsed.dependencies ?? {}), ...Object.keys(parsed.optionalDependencies ?? {})]);
}
