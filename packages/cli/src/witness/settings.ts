/** How a witness is told what to do: by a file (as the supervisor does), or by flags and environment (as a person does). */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import Type, { type Static } from 'typebox';
import { joinValues } from '../join-values.ts';
import { readConfig } from '../read-config.ts';

const closed = { additionalProperties: false } as const;
const Door = Type.Object(
  { host: Type.String({ minLength: 1 }), port: Type.Integer({ minimum: 0, maximum: 65_535 }) },
  closed,
);

export const WitnessFile = Type.Object(
  {
    /** Name in its cosignatures. */
    name: Type.String({ pattern: '^[!-*,-~]{1,255}$' }),
    /** Ed25519 private key, PKCS8 PEM; made at the first start. */
    key: Type.String({ minLength: 1 }),
    /** One file for each log: the newest head it signed. Losing it means signing a second history some day. */
    directory: Type.String({ minLength: 1 }),
    public: Door,
    /** `/healthz`, `/readyz`: loopback. */
    operations: Type.Optional(Door),
    /** Verifier keys of the logs. */
    logs: Type.Optional(Type.Array(Type.String())),
    /** Or the trust bundle that names them, under keys that people handed over (PROTOCOL 24). */
    bundle: Type.Optional(
      Type.Object({ url: Type.String(), key: Type.String(), hubLogKey: Type.String(), cache: Type.String() }, closed),
    ),
  },
  closed,
);
export type WitnessFile = Static<typeof WitnessFile>;

export const USAGE = `用法 Usage: minben witness <config.json>
       minben witness --directory <dir> --name <key name> [--host 127.0.0.1] [--port 8090]
           --logs <file>                            一行一個「log <vkey>」；one "log <vkey>" a line
         | --bundle-url <hub> --bundle-key <key> --hub-log-key <vkey>
                                                    跟隨信任清單；follow the trust bundle
環境變數亦可 Environment as well: MINBEN_WITNESS_DIRECTORY, _NAME, _HOST, _PORT, _LOGS, _BUNDLE_URL, _BUNDLE_KEY, _HUB_LOG_KEY`;

const OPTIONS = ['directory', 'name', 'host', 'port', 'logs', 'bundle-url', 'bundle-key', 'hub-log-key'] as const;
type Flags = Partial<Record<(typeof OPTIONS)[number], string>>;

/** Undefined when the call was wrong; throws when a file that it names is. */
export function readSettings(args: readonly string[], environment: NodeJS.ProcessEnv): WitnessFile | undefined {
  const [path] = args;
  if (args.length === 1 && path !== undefined && !path.startsWith('-')) return readConfig(path, WitnessFile);
  const flags = readFlags(args, environment);
  const { directory, name, host = '127.0.0.1', port = '8090', logs } = flags ?? {};
  const bundle = flags === undefined || directory === undefined ? undefined : readBundlePlace(flags, directory);
  if (directory === undefined || name === undefined || !/^[!-*,-~]{1,255}$/.test(name)) return undefined;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) return undefined;
  if ((logs === undefined) === (bundle === undefined)) return undefined;
  return {
    name,
    key: `${directory}/witness.key`,
    directory: `${directory}/heads`,
    public: { host, port: Number(port) },
    ...(logs === undefined ? {} : { logs: readLogLines(logs) }),
    ...(bundle === undefined ? {} : { bundle }),
  };
}

function readFlags(args: readonly string[], environment: NodeJS.ProcessEnv): Flags | undefined {
  try {
    const options = Object.fromEntries(OPTIONS.map((name) => [name, { type: 'string' as const }]));
    const { values } = parseArgs({ args: joinValues(args, OPTIONS), options });
    const flags: Flags = {};
    for (const name of OPTIONS) {
      const value = values[name] ?? environment[`MINBEN_WITNESS_${name.toUpperCase().replaceAll('-', '_')}`];
      if (typeof value === 'string') flags[name] = value;
    }
    return flags;
  } catch {
    return undefined;
  }
}

function readBundlePlace(flags: Flags, directory: string): WitnessFile['bundle'] {
  const { 'bundle-url': url, 'bundle-key': key, 'hub-log-key': hubLogKey } = flags;
  if (url === undefined || key === undefined || hubLogKey === undefined) return undefined;
  return { url, key, hubLogKey, cache: `${directory}/bundle.json` };
}

/** The `log` lines of a C2SP tlog-policy file. */
function readLogLines(path: string): string[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [word, key = ''] = line.trim().split(/[ \t]+/);
    return word === 'log' ? [key] : [];
  });
}
