// Makes a bare clone ready, on any Node 20 or newer: the dependencies are what the lockfile says, and what follows
// runs on the Node release that the lockfile pins. It never falls back silently: what it does, it says.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const say = (chinese, english) => console.error(`minben: ${chinese}\n        ${english}`);

/** Says in both languages why nothing can go on, and what to do; then ends the process. */
function stop(chinese, english) {
  say(chinese, english);
  process.exit(1);
}

/**
 * Installs the dependencies when they are absent or not what package-lock.json says; npm's own record in
 * node_modules is compared, so that neither a new branch nor an interrupted installation goes unnoticed.
 * Returns the path of the Node to run with.
 */
export function prepare() {
  const outdated = differenceFromLockfile();
  if (outdated) {
    say(
      `安裝相依套件（${outdated.chinese}）：npm ci --ignore-scripts`,
      `installing dependencies (${outdated.english}): npm ci --ignore-scripts`,
    );
    const installed = spawnSync('npm', ['ci', '--ignore-scripts', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', 2, 2],
    });
    if (installed.error) stop('找不到 npm，請先安裝 npm 再試。', 'npm was not found; install npm and try again.');
    if (installed.status !== 0) {
      stop(
        '相依套件安裝失敗；請看上方 npm 的訊息，確認可連到套件庫後再試。',
        'the dependencies could not be installed; read what npm said above, check that a registry can be reached, and try again.',
      );
    }
  }
  return pinnedNode();
}

function differenceFromLockfile() {
  if (!existsSync(join(root, 'node_modules/.package-lock.json'))) {
    return { chinese: '尚未安裝', english: 'not installed yet' };
  }
  const wanted = read('package-lock.json').packages;
  const present = read('node_modules/.package-lock.json').packages;
  const names = new Set([...Object.keys(wanted), ...Object.keys(present)]);
  for (const name of names) {
    if (!name.startsWith('node_modules/')) continue;
    // An optional package may be absent: it is the binary of another platform.
    const absent = present[name] === undefined && !wanted[name]?.optional;
    const other = present[name] !== undefined && present[name].version !== wanted[name]?.version;
    if (absent || other) return { chinese: '與 package-lock.json 不符', english: 'they differ from package-lock.json' };
  }
  return undefined;
}

function pinnedNode() {
  const place = join(root, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
  const version = read('package.json').optionalDependencies[`node-${process.platform}-${process.arch}`];
  if (version) {
    const asked = spawnSync(place, ['--version'], { encoding: 'utf8' });
    if (asked.stdout?.trim() === `v${version}`) return place;
    stop(
      `無法執行固定版本的 Node ${version}（${asked.error?.message ?? asked.stderr.trim()}）；請刪除 node_modules 後再試。`,
      `the pinned Node ${version} cannot be run (${asked.error?.message ?? asked.stderr.trim()}); remove node_modules and try again.`,
    );
  }
  const running = Number(process.versions.node.split('.')[0]);
  if (running < 24) {
    stop(
      `此平臺（${process.platform} ${process.arch}）沒有固定版本的 Node；請自行安裝 Node 24 以上再試，目前是 ${process.version}。`,
      `there is no pinned Node for this platform (${process.platform} ${process.arch}); install Node 24 or newer and try again. This is ${process.version}.`,
    );
  }
  say(
    `此平臺沒有固定版本的 Node，改用目前的 ${process.version}。`,
    `there is no pinned Node for this platform; running on ${process.version}.`,
  );
  return process.execPath;
}

/** Environment in which `node` and every tool of node_modules/.bin are the prepared ones. */
export function environment(node, more = {}) {
  const path = [join(root, 'node_modules/.bin'), dirname(node), process.env.PATH].join(delimiter);
  return { ...process.env, PATH: path, ...more };
}

/** Runs a program in the foreground, passing signals on; resolves with its exit status (128 + n after signal n). */
export function run(program, args, options = {}) {
  return new Promise((resolve) => {
    let child;
    const pass = (signal) => child?.kill(signal);
    // A terminal's Ctrl-C reaches the whole group anyway; what a supervisor sends reaches only this process.
    const interrupt = process.stdin.isTTY ? () => {} : pass;
    // Listening begins before the program does, so that no signal ends us and leaves it behind.
    process.on('SIGTERM', pass).on('SIGHUP', pass).on('SIGINT', interrupt);
    child = spawn(program, args, { stdio: 'inherit', ...options });
    child.once('error', (error) => {
      say(`無法啟動 ${program}：${error.message}`, `cannot start ${program}: ${error.message}`);
      resolve(1);
    });
    child.once('exit', (status, signal) => {
      process.off('SIGTERM', pass).off('SIGHUP', pass).off('SIGINT', interrupt);
      resolve(status ?? 128 + constants.signals[signal]);
    });
  });
}
