/** The registry's configuration file: one schema, read at the start, every mistake told at once in both languages. */
import { isAbsolute, join } from 'node:path';
import { fail, type Result, succeed } from '@minben/kernel';
import Type, { type Static } from 'typebox';
import { createSchemaCheck, type SourceProblem } from './bundle/schema-problems.ts';

const closed = { additionalProperties: false } as const;
const Port = Type.Integer({ minimum: 0, maximum: 65_535 });
/** `url`: how others reach the port; default: host and port themselves. */
const Door = Type.Object(
  { host: Type.String(), port: Port, url: Type.Optional(Type.String({ pattern: '^https?://[^/]+$' })) },
  closed,
);

export const RegistryConfig = Type.Object(
  {
    v: Type.Literal(1),
    /** The log, published bundles and the hub's certificate. */
    data: Type.String(),
    /** The files that the bundle is made from. */
    sources: Type.String(),
    /** What the key ceremony made. */
    keys: Type.String(),
    public: Door,
    /** Mutual TLS, for the gateways' leases. */
    leases: Door,
    operator: Type.Object(
      { host: Type.String({ pattern: '^(127\\.0\\.0\\.1|::1|localhost)$' }), port: Port, tokenFile: Type.String() },
      closed,
    ),
    /** Identity, for the hub's gateway on the same machine. */
    identity: Type.Object(
      { host: Type.String({ pattern: '^(127\\.0\\.0\\.1|::1|localhost)$' }), port: Port, secretFile: Type.String() },
      closed,
    ),
    /** Longest lease; the hub counts a tenth more. */
    leaseMilliseconds: Type.Integer({ minimum: 100, maximum: 86_400_000 }),
    /** How often the source files are looked at. */
    watchMilliseconds: Type.Integer({ minimum: 100 }),
    /** Only where all persons are synthetic: operators may name a subject by national number. */
    sandbox: Type.Boolean(),
  },
  closed,
);
export type RegistryConfig = Static<typeof RegistryConfig>;

const check = createSchemaCheck(RegistryConfig);

/** Parses the file's text. Relative paths are taken from `directory`, the folder of the file. */
export function parseConfig(text: string, directory: string): Result<RegistryConfig, SourceProblem[]> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail([
      { file: 'registry.json', field: '', text: { 'zh-TW': '不是有效的 JSON。', en: 'This is not valid JSON.' } },
    ]);
  }
  const problems = check('registry.json', value);
  if (problems.length > 0) return fail(problems);
  const config = value as RegistryConfig;
  const place = (path: string): string => (isAbsolute(path) ? path : join(directory, path));
  return succeed({
    ...config,
    data: place(config.data),
    sources: place(config.sources),
    keys: place(config.keys),
    operator: { ...config.operator, tokenFile: place(config.operator.tokenFile) },
    identity: { ...config.identity, secretFile: place(config.identity.secretFile) },
  });
}
