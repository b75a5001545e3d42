/**
 * `minben registry init <folder>` makes one, `run <registry.json>` runs it, `publish <registry.json>` has a running
 * one look at its source files now (as SIGHUP does).
 */
import { parseArgs } from 'node:util';
import { LogRefusal } from '@minben/evidence';
import { createSubjectSealer } from '@minben/exchange';
import { createJsonLogger, createRealClock, createRealDisk, createRealNetwork, createRealRandom } from '@minben/ports';
import { explainStart, initRegistry, runRegistry } from '@minben/registry';
import { openConfig, operate, say } from '../registry-access.ts';
import { untilStopped } from '../supervisor/until-stopped.ts';
import { showRecord } from './ceremony.ts';

export const summary = {
  'zh-TW': '建立、執行登錄處，或發布信任清單',
  en: 'make or run a registry, or publish its trust bundle',
};

const GRACE_MS = 10_000;

/** 0 after an orderly end, 1 when it could not, 2 when the call was wrong. */
export async function run(args: readonly string[]): Promise<number> {
  const [verb, ...rest] = args;
  switch (verb) {
    case 'init':
      return init(rest);
    case 'run':
      return rest[0] ? runProcess(rest[0]) : usage();
    case 'publish':
      return rest[0] ? publish(rest[0]) : usage();
    default:
      return usage();
  }
}

function usage(): number {
  console.error(`用法 Usage:
  minben registry init <folder> --instance TW --origin hub.example/log [--port 8081] [--host 127.0.0.1] [--sandbox]
  minben registry run <registry.json>
  minben registry publish <registry.json>`);
  return 2;
}

async function init(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      instance: { type: 'string' },
      origin: { type: 'string' },
      port: { type: 'string', default: '8081' },
      host: { type: 'string', default: '127.0.0.1' },
      present: { type: 'string', multiple: true, default: [] },
      sandbox: { type: 'boolean', default: false },
    },
  });
  const [directory] = positionals;
  const firstPort = Number(values.port);
  if (!directory || !values.instance || !values.origin || !Number.isInteger(firstPort)) return usage();
  const order = {
    instance: values.instance,
    origin: values.origin,
    witnesses: values.present,
    firstPort,
    host: values.host,
    sandbox: values.sandbox,
  };
  const ports = { disk: createRealDisk(), clock: createRealClock(), random: createRealRandom() };
  const made = await initRegistry(directory, order, ports);
  if (!made.ok) return explain(explainStart(made.error));
  showRecord(made.value);
  return 0;
}

async function runProcess(path: string): Promise<number> {
  const stopped = untilStopped();
  const config = await openConfig(path);
  if (!config) return 1;
  const clock = createRealClock();
  const log = createJsonLogger((line) => process.stdout.write(line), clock);
  const network = createRealNetwork((error) => log('error', 'handler-failed', { reason: nameOf(error) }));
  const ports = {
    disk: createRealDisk(),
    clock,
    random: createRealRandom(),
    network,
    log,
    sealer: createSubjectSealer(),
  };
  try {
    const started = await runRegistry(config, ports);
    if (!started.ok) return explain(explainStart(started.error));
    const { value: running } = started;
    log('info', 'registry-listens', { ...running.ports });
    void running.started.then((writes) =>
      log(writes ? 'info' : 'error', writes ? 'registry-ready' : 'registry-refuses-to-write'),
    );
    process.on('SIGHUP', () => {
      running.publish().catch((error) => log('error', 'bundle-not-published', { reason: nameOf(error) }));
    });
    log('info', 'stopping', { reason: await stopped });
    await running.close(GRACE_MS);
    return 0;
  } catch (error) {
    if (error instanceof LogRefusal) return explain(error.texts);
    console.error(`無法啟動 Cannot start: ${(error as Error).message}`);
    return 1;
  } finally {
    await network.close();
  }
}

async function publish(path: string): Promise<number> {
  const answer = (await operate(path, { method: 'POST', path: '/bundle' })) as
    | { outcome: string; version: number }
    | undefined;
  if (!answer) return 1;
  console.log(
    answer.outcome === 'published'
      ? `已發布第 ${answer.version} 版 Published version ${answer.version}`
      : `沒有變更，仍為第 ${answer.version} 版 Unchanged, version ${answer.version}`,
  );
  return 0;
}

function explain(texts: { readonly 'zh-TW': string; readonly en: string }): number {
  say(texts['zh-TW'], texts.en);
  return 1;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'error';
}
