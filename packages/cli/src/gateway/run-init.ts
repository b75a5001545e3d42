/** `minben gateway init`: reads the options, then leads through the steps. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type InitOptions, type InitStep, initGateway } from '@minben/gateway';
import { createRealClock, createRealDisk, createRealNetwork, createRealRandom } from '@minben/ports';
import { createCertificateRequest } from '@minben/registry';
import { joinValues } from '../join-values.ts';
import { readSecret } from '../read-config.ts';

const USAGE = `用法 Usage: minben gateway init
  --folder <folder>            金鑰、設定與資料的位置 where keys, configuration and data are kept
  --gateway TW/GOV/A01/gw1     實例、類別、機關、閘道代碼 instance, class, member, gateway
  --registry <url>             登錄處的公開埠 public port of the registry
  --bundle-key <key>           登錄處另以電話或公文提供 handed over by the registry's operator
  --hub-log-key <key>          同上 likewise
  [--operator <url> --operator-token-file <file>]   登錄處的操作埠 operator port of the registry
  [--host <name>] [--listen <address>] [--first-port 8100]
  [--system <service id>=<url>]...   各服務的業務系統位址 the agency's system of each service
  [--origin <log name>] [--mode production|development]`;

/** 0 when the gateway can be started, 1 while something is missing, 2 when the call was wrong. */
export async function runInit(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === undefined) {
    console.error(USAGE);
    return 2;
  }
  const network = createRealNetwork();
  try {
    const ports = {
      clock: createRealClock(),
      disk: createRealDisk(),
      random: createRealRandom(),
      network,
      createCertificateRequest,
    };
    const report = await initGateway(options, ports, tell);
    return report.isReady ? 0 : 1;
  } finally {
    await network.close();
  }
}

function tell({ name, state, text, todo, lines = [] }: InitStep): void {
  console.log(`${state === 'done' ? '✓' : '✗'} ${name}\n  ${text['zh-TW']}\n  ${text.en}`);
  if (todo !== undefined) console.log(`  → ${todo['zh-TW']}\n  → ${todo.en}`);
  for (const line of lines) console.log(`      ${line}`);
}

function readOptions(args: readonly string[]): InitOptions | undefined {
  const values = parseOptions(args);
  if (values === undefined) return undefined;
  const { folder, gateway, registry, operator } = values;
  const tokenFile = values['operator-token-file'];
  const firstPort = Number(values['first-port'] ?? '8100');
  const mode = values.mode ?? 'production';
  const systems = readSystems(values.system ?? []);
  const isComplete = folder !== undefined && gateway !== undefined && registry !== undefined && systems !== undefined;
  if (!isComplete || (operator === undefined) !== (tokenFile === undefined)) return undefined;
  if (!Number.isInteger(firstPort) || firstPort < 1 || firstPort > 65_532) return undefined;
  if (mode !== 'production' && mode !== 'development') return undefined;
  const bundleKey = values['bundle-key'];
  const hubLogKey = values['hub-log-key'];
  return {
    folder: resolve(folder),
    gateway,
    host: values.host ?? '127.0.0.1',
    listen: values.listen ?? (values.host === undefined ? '127.0.0.1' : '0.0.0.0'),
    firstPort,
    mode,
    registryUrl: registry,
    systems,
    ...(bundleKey === undefined ? {} : { bundleKey }),
    ...(hubLogKey === undefined ? {} : { hubLogKey }),
    ...(values.origin === undefined ? {} : { origin: values.origin }),
    ...(operator === undefined || tokenFile === undefined
      ? {}
      : { operator: { url: operator, token: readSecret(tokenFile) } }),
  };
}

function parseOptions(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: joinValues(args, ['bundle-key', 'hub-log-key']),
      options: {
        folder: text,
        gateway: text,
        registry: text,
        'bundle-key': text,
        'hub-log-key': text,
        operator: text,
        'operator-token-file': text,
        host: text,
        listen: text,
        'first-port': text,
        system: { type: 'string', multiple: true },
        origin: text,
        mode: text,
      },
    }).values;
  } catch (error) {
    console.error(error instanceof Error ? error.message : '');
    return undefined;
  }
}

function readSystems(pairs: readonly string[]): ReadonlyMap<string, string> | undefined {
  const systems = new Map<string, string>();
  for (const pair of pairs) {
    // An id may hold `=`; the address begins with the last `=http`.
    const at = pair.lastIndexOf('=http');
    if (at < 1) return undefined;
    systems.set(pair.slice(0, at), pair.slice(at + 1));
  }
  return systems;
}
