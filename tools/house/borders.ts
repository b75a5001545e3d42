/** Which package may use which, and who may touch the world directly. `findBorderBreaks` reports; the test asserts. */
import { posix } from 'node:path';
import { blankCommentsAndStrings, scanImports } from './scan-source.ts';
import { isTest, type SourceFile } from './source-files.ts';

/** Each package may use exactly these. */
export const allowed: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  ports: ['kernel'],
  evidence: ['kernel', 'ports'],
  exchange: ['kernel', 'ports', 'evidence'],
  gateway: ['kernel', 'ports', 'evidence', 'exchange'],
  registry: ['kernel', 'ports', 'evidence', 'exchange'],
  sandbox: ['kernel', 'ports'],
  cli: ['kernel', 'ports', 'evidence', 'exchange', 'gateway', 'registry', 'sandbox'],
};

/** Second doors of a package, which only tests may take: production never loads a simulated or faulty world. */
const testDoors: ReadonlySet<string> = new Set(['@minben/ports/simulated', '@minben/ports/faulty']);

const worldModules =
  /^(?:node:)?(?:fs|net|http|http2|https|tls|dgram|dns|child_process|cluster|worker_threads|timers)(?:\/|$)|^undici(?:\/|$)/;
const worldCalls =
  /\b(?:Date\.now|Math\.random|performance\.now|process\.hrtime|setTimeout|setInterval|randomBytes|randomUUID|randomInt|getRandomValues|globalThis\.fetch)\s*\(|\bnew Date\(\)/g;

/** One line per breach: `path: what is wrong`. `declared` gives the dependencies of each package's package.json. */
export function findBorderBreaks(
  files: readonly SourceFile[],
  declared: Readonly<Record<string, ReadonlySet<string>>>,
): string[] {
  return files.flatMap((file) => [...checkImports(file, declared), ...checkWorld(file), ...checkExports(file)]);
}

function checkImports(file: SourceFile, declared: Readonly<Record<string, ReadonlySet<string>>>): string[] {
  const home = /^packages\/([^/]+)\//.exec(file.path)?.[1];
  if (home === undefined) return [];
  const breaks: string[] = [];
  for (const { specifier } of scanImports(file.text)) {
    const say = (what: string) => breaks.push(`${file.path}: ${what} (${specifier})`);
    const project = /^@minben\/([^/]+)(\/.*)?$/.exec(specifier);
    if (project) {
      const [, target = '', inside] = project;
      const throughTestDoor = isTest(file.path) && testDoors.has(specifier);
      if (inside && !throughTestDoor) say('imports past the index.ts of a package');
      if (!isTest(file.path) && target !== home && !allowed[home]?.includes(target))
        say(`${home} may not use ${target}`);
      if (!isTest(file.path) && target === home) say('imports its own package by name');
    }
    if (specifier.startsWith('.')) {
      const target = posix.normalize(posix.join(posix.dirname(file.path), specifier));
      if (!/\.(?:ts|mjs|json|sql)$/.test(specifier)) say('names a relative module without its ending');
      if (!isTest(file.path) && !target.startsWith(`packages/${home}/`)) say('leaves its package by a relative path');
      if (!isTest(file.path) && isTest(target)) say('uses what is for tests only');
    }
    if (!isTest(file.path)) {
      const dependency = /^(@[^/]+\/[^/]+|[^./][^/]*)/.exec(specifier)?.[1];
      const builtIn = specifier.startsWith('node:') || specifier === '(computed)';
      if (dependency && !builtIn && !declared[home]?.has(dependency))
        say('uses a module that its package.json does not list');
      if (specifier === '(computed)' && home !== 'cli') say('imports something computed');
      if (file.path.startsWith('packages/evidence/src/verifier/') && !staysInVerifier(file.path, specifier)) {
        say('the verifier imports something outside its folder');
      }
    }
  }
  return breaks;
}

function staysInVerifier(path: string, specifier: string): boolean {
  if (!specifier.startsWith('.')) return false;
  return posix.join(posix.dirname(path), specifier).startsWith('packages/evidence/src/verifier/');
}

/** Clock, disk, network and randomness come through ports, so that a seed can replay a whole world. */
function checkWorld(file: SourceFile): string[] {
  const free = /^packages\/(?:ports\/src\/(?:real|faulty)\/|cli\/|sandbox\/|[^/]+\/src\/main[^/]*\.ts$)/.test(
    file.path,
  );
  if (!file.path.startsWith('packages/') || free || isTest(file.path)) return [];
  const modules = scanImports(file.text)
    .filter((found) => !found.typeOnly && worldModules.test(found.specifier))
    .map((found) => `${file.path}: reaches the world past its ports (${found.specifier})`);
  const calls = [...blankCommentsAndStrings(file.text).matchAll(worldCalls)].map(
    ([call]) => `${file.path}: reaches the world past its ports (${call})`,
  );
  return [
    ...modules,
    ...calls,
    ...(callsGlobalFetch(file.text) ? [`${file.path}: reaches the world past its ports (fetch)`] : []),
  ];
}

/** `fetch(` counts unless the file itself binds the name. */
function callsGlobalFetch(text: string): boolean {
  const code = blankCommentsAndStrings(text);
  return /(?<![.\w])fetch\(/.test(code) && !/(?:\b(?:const|let|function)\s+|[({,]\s*)fetch\s*[,:)=}?(]/.test(code);
}

function checkExports(file: SourceFile): string[] {
  const configuration = file.path.endsWith('.config.ts');
  const found = /^export default\b|^export \{[^}]*\bas default\b/m.test(blankCommentsAndStrings(file.text));
  return found && !configuration ? [`${file.path}: has a default export`] : [];
}
