/** Runs a gateway until it is told to stop. */
import {
  type ConfigProblem,
  loadGatewayConfig,
  loadGatewaySecrets,
  openSqliteStore,
  runGateway,
} from '@minben/gateway';
import { createJsonLogger, createRealClock, createRealDisk, createRealNetwork, createRealRandom } from '@minben/ports';
import { untilStopped } from '../supervisor/until-stopped.ts';

/** 0 after an orderly end, 1 when it could not start. */
export async function startGateway(path: string): Promise<number> {
  const stopped = untilStopped();
  const clock = createRealClock();
  const disk = createRealDisk();
  const config = await loadGatewayConfig(disk, path);
  if (!config.ok) return explain(path, config.error);
  const secrets = await loadGatewaySecrets(disk, config.value);
  if (!secrets.ok) return explain(path, secrets.error);

  const logger = createJsonLogger((line) => process.stdout.write(line), clock);
  const network = createRealNetwork((error) => logger('error', 'handler-failed', { name: nameOf(error) }));
  try {
    await disk.makeDirectory(config.value.directory);
    const index = await openSqliteStore(`${config.value.directory}/index.db`, disk);
    const ports = { clock, disk, network, random: createRealRandom(), logger, index, process };
    const gateway = await runGateway(config.value, secrets.value, ports);
    logger('info', 'stopping', { reason: await stopped });
    await gateway.stop();
    return 0;
  } catch (error) {
    console.error(
      `閘道無法執行 The gateway cannot run: ${nameOf(error)}: ${error instanceof Error ? error.message : ''}`,
    );
    return 1;
  } finally {
    await network.close();
  }
}

/** Tells every problem with its field, in both languages. */
export function explain(path: string, problems: readonly ConfigProblem[]): number {
  console.error(`設定有誤 The configuration is not right: ${path}`);
  for (const { field, text } of problems)
    console.error(`  ${field === '' ? '' : `${field}: `}${text['zh-TW']} ${text.en}`);
  return 1;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
