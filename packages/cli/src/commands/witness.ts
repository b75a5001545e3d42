/**
 * `minben witness`: a C2SP witness. It cosigns the heads of the logs that it is told of, one history of each, and
 * refuses any head that does not extend the one it signed before. It needs no other part of Minben to run, so that
 * anyone may run one. Makes its key at the first start and prints its verifier key.
 */
import { dirname } from 'node:path';
import { createWitness } from '@minben/evidence';
import {
  createFileSigner,
  createJsonLogger,
  createRealClock,
  createRealDisk,
  createRealNetwork,
  type Disk,
  generateKeyFile,
  type HttpHandler,
  readKeyFile,
} from '@minben/ports';
import { untilStopped } from '../supervisor/until-stopped.ts';
import { readSettings, USAGE, type WitnessFile } from '../witness/settings.ts';
import { type FollowMeans, type WatchedLogs, watchBundle, watchList } from '../witness/watched-logs.ts';

export { WitnessFile } from '../witness/settings.ts';

export const summary = {
  'zh-TW': '執行見證者：為各紀錄的樹首副署',
  en: 'run a witness that cosigns the heads of logs',
};

/** A submission is a checkpoint and at most 63 hashes. */
const MAXIMUM_SUBMISSION = 64 * 1024;
const GRACE_MS = 2_000;

/** 0 after an orderly end, 1 when it could not start, 2 when the call was wrong. */
export async function run(args: readonly string[]): Promise<number> {
  const clock = createRealClock();
  const logger = createJsonLogger((line) => process.stdout.write(line), clock);
  const network = createRealNetwork((error) => logger('error', 'handler-failed', { name: (error as Error).name }));
  try {
    const settings = readSettings(args, process.env);
    if (settings === undefined) {
      console.error(USAGE);
      return 2;
    }
    await witnessUntilStopped(settings, { clock, disk: createRealDisk(), network, logger });
    return 0;
  } catch (error) {
    console.error(`無法啟動 Cannot start: ${(error as Error).message}`);
    return 1;
  } finally {
    await network.close();
  }
}

async function witnessUntilStopped(settings: WitnessFile, means: FollowMeans): Promise<void> {
  const stopped = untilStopped();
  const { disk, network, logger } = means;
  const signer = createFileSigner(await readOrMakeKey(disk, settings.key));
  const { logs: list = [], bundle } = settings;
  const logs = bundle === undefined ? watchList(list) : await watchBundle(bundle, means);
  const { name, directory } = settings;
  const witness = await createWitness({ ...means, name, signer, directory, keysOf: logs.keysOf });
  const door = await network.serve(
    { ...settings.public, maximumBytes: MAXIMUM_SUBMISSION },
    settings.operations === undefined ? withHealth(witness.handler, logs) : witness.handler,
  );
  const doors = [door];
  if (settings.operations !== undefined) {
    doors.push(
      await network.serve(
        settings.operations,
        withHealth(async () => answer(404, {}), logs),
      ),
    );
  }
  logger('info', 'witness-listening', { port: door.port, key: witness.key });
  console.log(`見證者金鑰 Witness key: ${witness.key}\n位址 Address: http://${settings.public.host}:${door.port}`);
  logger('info', 'stopping', { reason: await stopped });
  logs.stop();
  await Promise.all(doors.map((each) => each.close(GRACE_MS)));
}

async function readOrMakeKey(disk: Disk, path: string): Promise<string> {
  await disk.makeDirectory(dirname(path));
  await generateKeyFile(disk, path, 'ed25519');
  const key = await readKeyFile(disk, path, 'ed25519');
  if (!key.ok) throw new Error(`${path}: ${key.error}`);
  return key.value.export({ format: 'pem', type: 'pkcs8' }) as string;
}

function withHealth(handler: HttpHandler, logs: WatchedLogs): HttpHandler {
  return async (request) => {
    if (request.path === '/healthz') return answer(200, { alive: true });
    if (request.path !== '/readyz') return await handler(request);
    return logs.ready() ? answer(200, { ready: true }) : answer(503, { ready: false, reason: 'no-trust-bundle-yet' });
  };
}

function answer(status: number, body: object): Awaited<ReturnType<HttpHandler>> {
  return { status, headers: [['content-type', 'application/json']], body: Buffer.from(JSON.stringify(body)) };
}
