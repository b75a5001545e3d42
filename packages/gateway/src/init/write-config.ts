/** The step that writes `gateway.json`. A file that is there is never overwritten: it may have been edited. */
import { type GatewayFile, parseGatewayConfig } from '../config/index.ts';
import { done, type InitProgress, type InitStep, missing } from './model.ts';

export async function writeConfig(progress: InitProgress): Promise<InitStep> {
  const { ports, places, options } = progress;
  const existing = await ports.disk.read(places.config);
  const text = existing?.toString('utf8') ?? compose(progress);
  if (text === undefined) {
    return missing(
      'config',
      ['設定檔須待信任清單驗證後才能寫入。', 'The configuration is written once the trust bundle is verified.'],
      ['請先完成「trust」步驟。', 'Finish the step "trust" first.'],
    );
  }
  const parsed = parseGatewayConfig(text, options.folder);
  if (!parsed.ok) {
    return missing(
      'config',
      [
        `設定檔 ${places.config} 有 ${parsed.error.length} 處須更正。`,
        `The configuration ${places.config} has ${parsed.error.length} problem(s).`,
      ],
      [
        '請更正下列欄位；試用環境可加上 --mode development。',
        'Correct these fields; for trying out, add --mode development.',
      ],
      parsed.error.map(({ field, text: said }) => `${field}: ${said['zh-TW']} ${said.en}`),
    );
  }
  const { bundleKey, hubLogKey } = parsed.value.registry;
  if (differs(options.bundleKey, bundleKey) || differs(options.hubLogKey, hubLogKey)) {
    return missing(
      'config',
      [
        `設定檔 ${places.config} 所載的登錄處金鑰與此次指定的不同。`,
        `The configuration ${places.config} pins other keys of the registry than those given now.`,
      ],
      [
        '請查明何者正確，再更正設定檔的 registry 或指令參數。',
        'Find out which are right, then correct registry in the file or the options.',
      ],
    );
  }
  if (existing !== undefined)
    return done('config', `設定檔 ${places.config} 保持原樣。`, `The configuration ${places.config} is kept as it is.`);
  await ports.disk.writeAtomically(places.config, Buffer.from(text));
  return done('config', `已寫入設定檔 ${places.config}。`, `The configuration is written to ${places.config}.`);
}

function differs(given: string | undefined, pinned: string): boolean {
  return given !== undefined && given !== pinned;
}

/** Only keys under which a bundle was accepted are written down. */
function compose({ options, origin, bundle }: InitProgress): string | undefined {
  const { bundleKey, hubLogKey, firstPort, listen } = options;
  if (bundle === undefined || bundleKey === undefined || hubLogKey === undefined) return undefined;
  const file: GatewayFile = {
    mode: options.mode,
    gateway: options.gateway,
    origin,
    directory: 'data',
    registry: { url: options.registryUrl, bundleKey, hubLogKey },
    keys: { log: 'keys/log.pem', sealing: 'keys/sealing.pem', transport: 'keys/transport.pem' },
    certificate: 'certificate.pem',
    authorities: 'authorities.pem',
    ports: {
      mutual: { host: listen, port: firstPort },
      public: { host: listen, port: firstPort + 1 },
      consumer: { host: '127.0.0.1', port: firstPort + 2 },
      operations: { host: '127.0.0.1', port: firstPort + 3 },
    },
    ...(options.systems.size === 0 ? {} : { registers: registersOf(options.systems) }),
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

function registersOf(systems: ReadonlyMap<string, string>): NonNullable<GatewayFile['registers']> {
  return {
    secret: 'keys/register-secret',
    services: Object.fromEntries([...systems].map(([service, baseUrl]) => [service, { baseUrl }])),
  };
}
