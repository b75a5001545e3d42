/**
 * `minben witness <config.json>`: a C2SP witness. It cosigns the heads of the logs that its file names, one history
 * of each, and refuses any head that is not an extension of the one it signed before. It needs nothing of Minben's
 * but this file, so that anyone may run one.
 */
import { createWitness, parseVerifierKey, type VerifierKey } from '@minben/evidence';
import {
  createFileSigner,
  createJsonLogger,
  createRealClock,
  createRealDisk,
  createRealNetwork,
  type HttpHandler,
} from '@minben/ports';
import Type, { type Static } from 'typebox';
import { readConfig, readSecret } from '../read-config.ts';
import { untilStopped } from '../supervisor/until-stopped.ts';

const closed = { additionalProperties: false } as const;
const Door = Type.Object(
  { host: Type.String({ minLength: 1 }), port: Type.Integer({ minimum: 0, maximum: 65_535 }) },
  closed,
);

export const WitnessFile = Type.Object(
  {
    /** Name in its cosignatures. */
    name: Type.String({ pattern: '^[!-*,-~]{1,255}$' }),
    /** Ed25519 private key, PKCS8 PEM. */
    key: Type.String({ minLength: 1 }),
    /** One file for each log: the newest head it signed. Losing it means signing a second history some day. */
    directory: Type.String({ minLength: 1 }),
    public: Door,
    /** `/healthz`, `/readyz`: loopback. */
    operations: Door,
    /** Verifier keys of the logs. */
    logs: Type.Array(Type.String()),
  },
  closed,
);
export type WitnessFile = Static<typeof WitnessFile>;

export const summary = {
  'zh-TW': '執行見證者：為各紀錄的樹首副署',
  en: 'run a witness that cosigns the heads of logs',
};

/** 0 after an orderly end, 1 when it could not start, 2 when the call was wrong. */
export async function run(args: readonly string[]): Promise<number> {
  const [path] = args;
  if (path === undefined) {
    console.error('用法 Usage: minben witness <config.json>');
    return 2;
  }
  const stopped = untilStopped();
  const clock = createRealClock();
  const logger = createJsonLogger((line) => process.stdout.write(line), clock);
  const network = createRealNetwork((error) => logger('error', 'handler-failed', { name: (error as Error).name }));
  try {
    const file = readConfig(path, WitnessFile);
    const logs = readLogs(file.logs);
    const { handler, key } = await createWitness({
      name: file.name,
      signer: createFileSigner(readSecret(file.key)),
      clock,
      keysOf: (origin) => logs.get(origin),
      disk: createRealDisk(),
      directory: file.directory,
      logger,
    });
    const doors = [await network.serve(file.public, handler), await network.serve(file.operations, answerOperations)];
    logger('info', 'witness-listening', { port: doors[0]?.port ?? 0, key, logs: logs.size });
    logger('info', 'stopping', { reason: await stopped });
    await Promise.all(doors.map((door) => door.close(2000)));
    return 0;
  } catch (error) {
    console.error(`無法啟動 Cannot start: ${(error as Error).message}`);
    return 1;
  } finally {
    await network.close();
  }
}

function readLogs(keys: readonly string[]): Map<string, VerifierKey[]> {
  const logs = new Map<string, VerifierKey[]>();
  for (const text of keys) {
    const key = parseVerifierKey(text);
    if (!key.ok || key.value.type !== 'log')
      throw new Error(`logs: not the verifier key of a log (${text.slice(0, 80)})`);
    logs.set(key.value.name, [...(logs.get(key.value.name) ?? []), key.value]);
  }
  return logs;
}

const answerOperations: HttpHandler = async ({ path }) => {
  const known = path === '/healthz' || path === '/readyz';
  return {
    status: known ? 200 : 404,
    headers: [['content-type', 'application/json']],
    body: Buffer.from(known ? '{"ready":true}' : '{}'),
  };
};
