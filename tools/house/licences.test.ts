import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listFiles, root } from './source-files.ts';

/** Licences that may be combined with Apache-2.0 and passed on by a public body. */
const accepted = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'PostgreSQL',
  'Python-2.0',
  'Unlicense',
]);
/** Used while building or testing only, never passed on. */
const acceptedForTools = new Set([...accepted, 'MPL-2.0']);

interface Manifest {
  readonly license?: string;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

const manifests = listFiles(['package.json']).map((path) => ({ path, manifest: readManifest(path) }));
const direct = manifests.flatMap(({ path, manifest }) =>
  (['dependencies', 'devDependencies', 'optionalDependencies'] as const).flatMap((kind) =>
    Object.entries(manifest[kind] ?? {}).map(([name, version]) => ({ path, kind, name, version })),
  ),
);

describe('direct dependencies', () => {
  it('are pinned to one exact version, the same everywhere', () => {
    const loose = direct.filter(({ version }) => !/^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/.test(version));
    expect(loose).toEqual([]);
    const versions = new Map<string, Set<string>>();
    for (const { name, version } of direct) versions.set(name, (versions.get(name) ?? new Set()).add(version));
    expect([...versions].filter(([, all]) => all.size > 1)).toEqual([]);
  });

  it('have a licence that may be passed on with Apache-2.0', () => {
    const refused = direct.flatMap(({ path, kind, name }) => {
      const installed = findInstalled(dirname(path), name);
      // The binaries of other platforms are not here to be asked; they carry the licence of their siblings.
      if (installed === undefined) return kind === 'optionalDependencies' ? [] : [`${name}: not installed`];
      const licence = readManifest(installed).license ?? 'none';
      const list = kind === 'devDependencies' ? acceptedForTools : accepted;
      return isAccepted(licence, list) ? [] : [`${name}: ${licence}`];
    });
    expect(refused).toEqual([]);
  });
});

describe('every dependency in the lockfile', () => {
  it('has a licence that may be passed on, or is a tool', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { license?: string; dev?: boolean; link?: boolean }>;
    };
    const refused = Object.entries(packages)
      .filter(([path, entry]) => path.startsWith('node_modules/') && !entry.link && entry.license !== undefined)
      .filter(([, entry]) => !isAccepted(entry.license ?? '', entry.dev ? acceptedForTools : accepted))
      .map(([path, entry]) => `${path}: ${entry.license}`);
    expect(refused).toEqual([]);
  });
});

describe('the list of licences', () => {
  it.each(['MIT', '(MIT OR GPL-3.0)', 'MIT AND Apache-2.0'])('takes %s', (licence) => {
    expect(isAccepted(licence, accepted)).toBe(true);
  });

  it.each(['AGPL-3.0', 'GPL-2.0-only', 'MIT AND GPL-3.0', 'UNLICENSED', 'SEE LICENSE IN X', 'none', '', 'MPL-2.0'])(
    'refuses %j',
    (licence) => {
      expect(isAccepted(licence, accepted)).toBe(false);
    },
  );
});

/** SPDX with plain OR and AND, as far as package manifests use it. */
function isAccepted(licence: string, list: ReadonlySet<string>): boolean {
  const bare = licence.replace(/^\((.*)\)$/, '$1');
  return bare.split(' OR ').some((choice) => choice.split(' AND ').every((part) => list.has(part.trim())));
}

function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest;
}

function findInstalled(folder: string, name: string): string | undefined {
  const places = [join(folder, 'node_modules', name, 'package.json'), join('node_modules', name, 'package.json')];
  return places.find((place) => existsSync(join(root, place)));
}
