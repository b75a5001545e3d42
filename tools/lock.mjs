// Rewrites package-lock.json so that `npm ci` takes it on every platform and behind every registry:
// no registry host is written into it, and every optional per-platform package is listed, also those that the
// registry at hand does not serve (npm leaves these out, and `npm ci` then calls the lockfile incomplete).
// Run after changing a dependency: node tools/lock.mjs
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];

const npm = spawnSync(
  'npm',
  ['install', '--package-lock-only', '--ignore-scripts', '--omit-lockfile-registry-resolved', '--loglevel=error'],
  { stdio: 'inherit' },
);
if (npm.status !== 0) process.exit(npm.status ?? 1);

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
let added = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  // The root and the workspaces list what we ourselves chose; only a package's own platform binaries are completed.
  if (!path.startsWith('node_modules/')) continue;
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const words = name.split(/[/-]/);
    const system = words.find((word) => systems.includes(word));
    const processor = words.find((word) => processors.includes(word));
    const place = `node_modules/${name}`;
    if (lock.packages[place] || lock.packages[`${path}/${place}`] || !system || !processor) continue;
    if (!/^\d+\.\d+\.\d+/.test(version)) continue;
    const libc = words.includes('musl') || words.includes('musleabihf') ? { libc: ['musl'] } : {};
    lock.packages[place] = {
      version,
      cpu: [processor],
      ...(entry.dev ? { dev: true } : {}),
      ...libc,
      optional: true,
      os: [system],
    };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
console.log(
  `package-lock.json: ${added} platform package(s) that the registry at hand does not serve were listed all the same.`,
);
