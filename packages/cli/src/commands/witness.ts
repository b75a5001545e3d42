/**
 * `minben witness`: a C2SP witness for the logs of a trust bundle, or of a list. Remembers the newest head of each
 * log and cosigns only what is consistent with it. Makes its key at the first start and prints its verifier key.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createWitness, isKeyName, parseVerifierKey, type VerifierKey } from '@minben/evidence';
import {
  createFileSigner,
  createJsonLogger,
  createRealClock,
  createRealDisk,
  createRealNetwork,
  type Disk,
  generateKeyFile,
  type HttpHandler,
  type Logger,
  readKeyFile,
} from '@minben/ports';
import { untilStopped } from '../supervisor/until-stopped.ts';

export const summary = {
  'zh-TW': '執行見證者:會簽各紀錄的樹頭',
  en: 'run a witness that cosigns the heads of logs',
};

const USAGE = `用法 Usage: minben witness --directory <dir> --name <key name> [--host 127.0.0.1] [--port 8090]
    --logs <file>                                 一行一個「log <vkey>」;one "log <vkey>" a line
  | --bundle-url <hub> --bundle-key <key> --hub-log-key <vkey>
                                                  跟隨信任清單;follow the trust bundle
環境變數亦可 Environment as well: MINBEN_WITNESS_DIRECTORY, _NAME, _HOST, _PORT, _LOGS, _BUNDLE_URL, _BUNDLE_KEY, _HUB_LOG_KEY`;

const OPTIONS = ['directory', 'name', 'host', 'port', 'logs', 'bundle-url', 'bundle-key', 'hub-log-key'] as const;
type Settings = Partial<Record<(typeof OPTIONS)[number], string>>;
/** A submission is a checkpoint and at most 63 hashes. */
const MAXIMUM_SUBMISSION = 64 * 1024;

/** Which keys speak for an origin; undefined for an unknown one. */
type KnownLogs = (origin: string) => readonly VerifierKey[] | undefined;

/** 0 after an orderly end, 1 when it could not start, 2 when the call was wrong. */
export async function run(args: readonly string[]): Promise<number> {
  const settings = readSettings(args);
  const { directory, name, host = '127.0.0.1', port = '8090' } = settings ?? {};
  const follows =
    settings?.['bundle-url'] !== undefined &&
    settings['bundle-key'] !== undefined &&
    settings['hub-log-key'] !== undefined;
  if (
    settings === undefined ||
    directory === undefined ||
    name === undefined ||
    !isKeyName(name) ||
    !/^\d{1,5}$/.test(port) ||
    (settings.logs !== undefined) === follows
  ) {
    console.error(USAGE);
    return 2;
  }
  const stopped = untilStopped();
  const clock = createRealClock();
  const disk = createRealDisk();
  const network = createRealNetwork();
  const logger = createJsonLogger((line) => process.stdout.write(line), clock);
  try {
    await disk.makeDirectory(directory);
    const signer = createFileSigner(await readOrMakeKey(disk, `${directory}/witness.key`));
    const logs =
      settings.logs === undefined
        ? await followBundle(settings, { directory, clock, disk, network, logger })
        : await readLogs(settings.logs);
    const witness = await createWitness({
      name,
      signer,
      clock,
      keysOf: logs.keysOf,
      disk,
      directory: `${directory}/heads`,
      logger,
    });
    const handler: HttpHandler = async (request) =>
      isHealth(request.path) ? healthy(logs.ready()) : await witness.handler(request);
    const door = await network.serve({ host, port: Number(port), maximumBytes: MAXIMUM_SUBMISSION }, handler);
    logger('info', 'witness-ready', { port: door.port, key: witness.key });
    console.log(`見證者金鑰 Witness key: ${witness.key}\n位址 Address: http://${host}:${door.port}`);
    logger('info', 'stopping', { reason: await stopped });
    logs.stop();
    await door.close(2_000);
    return 0;
  } catch (error) {
    console.error(`無法啟動 Cannot start: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    await network.close();
  }
}

function readSettings(args: readonly string[]): Settings | undefined {
  try {
    const options = Object.fromEntries(OPTIONS.map((name) => [name, { type: 'string' as const }]));
    const { values } = parseArgs({ args: [...args], options });
    const settings: Settings = {};
    for (const name of OPTIONS) {
      const value = values[name] ?? process.env[`MINBEN_WITNESS_${name.toUpperCase().replaceAll('-', '_')}`];
      if (typeof value === 'string') settings[name] = value;
    }
    return settings;
  } catch {
    return undefined;
  }
}

async function readOrMakeKey(disk: Disk, path: string): Promise<string> {
  await generateKeyFile(disk, path, 'ed25519');
  const key = await readKeyFile(disk, path, 'ed25519');
  if (!key.ok) throw new Error(`${path}: ${key.error}`);
  return key.value.export({ format: 'pem', type: 'pkcs8' }) as string;
}

interface WatchedLogs {
  readonly keysOf: KnownLogs;
  ready(): boolean;
  stop(): void;
}

/** The `log` lines of a C2SP tlog-policy file. Throws with the line that is wrong. */
async function readLogs(path: string): Promise<WatchedLogs> {
  const keys = new Map<string, VerifierKey[]>();
  for (const [position, line] of (await readFile(path, 'utf8')).split('\n').entries()) {
    const [word, text] = line.trim().split(/[ \t]+/);
    if (word !== 'log') continue;
    const key = parseVerifierKey(text ?? '');
    if (!key.ok || key.value.type !== 'log')
      throw new Error(`${path}:${position + 1}: ${key.ok ? 'not a log key' : key.error}`);
    keys.set(key.value.name, [...(keys.get(key.value.name) ?? []), key.value]);
  }
  if (keys.size === 0) throw new Error(`${path}: no log is named`);
  return { keysOf: (origin) => keys.get(origin), ready: () => true, stop: () => {} };
}

interface FollowMeans {
  readonly directory: string;
  readonly clock: ReturnType<typeof createRealClock>;
  readonly disk: Disk;
  readonly network: ReturnType<typeof createRealNetwork>;
  readonly logger: Logger;
}

/** The hub's log and every gateway's, as the newest accepted bundle names them (PROTOCOL 24). */
async function followBundle(
  settings: Settings,
  { directory, clock, disk, network, logger }: FollowMeans,
): Promise<WatchedLogs> {
  // Loaded only where a bundle is followed: a witness of a list starts without a gateway's code.
  const { createBundleKeeper } = await import('@minben/gateway');
  let keys = new Map<string, VerifierKey[]>();
  const keeper = createBundleKeeper({
    clock,
    disk,
    network,
    logger,
    cachePath: `${directory}/bundle.json`,
    hubUrl: (settings['bundle-url'] as string).replace(/\/$/, ''),
    pinned: { pinnedKey: settings['bundle-key'] as string, hubLogKey: settings['hub-log-key'] as string },
    onBundle({ bundle }) {
      keys = new Map();
      for (const text of [bundle.hub.logKey, ...bundle.gateways.map(({ logKey }) => logKey)]) {
        const key = parseVerifierKey(text);
        if (key.ok && key.value.type === 'log')
          keys.set(key.value.name, [...(keys.get(key.value.name) ?? []), key.value]);
      }
    },
  });
  await keeper.start();
  return {
    keysOf: (origin) => keys.get(origin),
    ready: () => keeper.current() !== undefined,
    stop: () => keeper.stop(),
  };
}

function isHealth(path: string): boolean {
  return path === '/healthz' || path === '/readyz';
}

function healthy(ready: boolean): Awaited<ReturnType<HttpHandler>> {
  const body = ready ? { ready } : { ready, reason: 'no-trust-bundle-yet' };
  return {
    status: ready ? 200 : 503,
    headers: [['content-type', 'application/json']],
    body: Buffer.from(JSON.stringify(body)),
  };
}
