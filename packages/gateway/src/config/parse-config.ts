/**
 * Reads a gateway's configuration, all problems at once. In production it refuses what is only good enough for trying
 * out: personal data in clear on a network, an unguarded port, the operations port in the open.
 */
import { isAbsolute, resolve } from 'node:path';
import { fail, type Result, succeed } from '@minben/kernel';
import { Compile } from 'typebox/compile';
import { Settings } from 'typebox/system';
import { type GatewayConfig, GatewayFile } from './model.ts';
import { type ConfigProblem, explainSchemaErrors, problem, type SchemaError } from './problems.ts';

const check = Compile(GatewayFile);
const TIMEOUT_MS = 30_000;
const MAXIMUM_BYTES = 1_048_576;
const MAXIMUM_IN_FLIGHT = 1_024;

/** `folder` is where the file lies: relative paths begin there. */
export function parseGatewayConfig(text: string, folder: string): Result<GatewayConfig, readonly ConfigProblem[]> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail([problem('', '設定檔不是有效的 JSON。', 'The configuration file is not valid JSON.')]);
  }
  if (!check.Check(value)) return fail(explainSchemaErrors(findAllErrors(value)));
  const config = complete(value, folder);
  const problems = [...findContradictions(config), ...(config.mode === 'production' ? findInsecurities(config) : [])];
  return problems.length === 0 ? succeed(config) : fail(problems);
}

/** TypeBox stops at a few errors unless told otherwise, and its setting is one for the whole process. */
function findAllErrors(value: unknown): SchemaError[] {
  const { maxErrors } = Settings.Get();
  Settings.Set({ maxErrors: 200 });
  try {
    return check.Errors(value);
  } finally {
    Settings.Set({ maxErrors });
  }
}

function complete(file: GatewayFile, folder: string): GatewayConfig {
  const at = (path: string): string => (isAbsolute(path) ? path : resolve(folder, path));
  const { registers, consumerTls } = file;
  return {
    mode: file.mode ?? 'production',
    gateway: file.gateway,
    member: file.gateway.split('/', 3).join('/'),
    origin: file.origin,
    directory: at(file.directory),
    registry: { ...file.registry, url: file.registry.url.replace(/\/+$/, '') },
    keys: { log: at(file.keys.log), sealing: at(file.keys.sealing), transport: at(file.keys.transport) },
    certificate: at(file.certificate),
    authorities: at(file.authorities),
    ports: file.ports,
    ...(consumerTls === undefined
      ? {}
      : {
          consumerTls: {
            certificate: at(consumerTls.certificate),
            privateKey: at(consumerTls.privateKey),
            authorities: at(consumerTls.authorities),
          },
        }),
    binding: file.binding ?? 't-road/1',
    timeoutMs: file.timeoutMs ?? TIMEOUT_MS,
    maximumInFlight: file.maximumInFlight ?? MAXIMUM_IN_FLIGHT,
    ...(registers === undefined ? {} : { registers: completeRegisters(registers, at) }),
  };
}

function completeRegisters(
  { secret, services }: NonNullable<GatewayFile['registers']>,
  at: (path: string) => string,
): NonNullable<GatewayConfig['registers']> {
  const complete = Object.entries(services).map(
    ([service, { baseUrl, timeoutMs = TIMEOUT_MS, maximumBytes = MAXIMUM_BYTES }]) =>
      [service, { baseUrl, timeoutMs, maximumBytes }] as const,
  );
  return { secret: at(secret), services: new Map(complete) };
}

function findContradictions(config: GatewayConfig): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const doors = Object.entries(config.ports);
  doors.forEach(([name, { port }], at) => {
    const twin = doors.slice(0, at).find(([, other]) => other.port === port && port !== 0);
    if (twin !== undefined) {
      problems.push(
        problem(
          `ports.${name}.port`,
          `與 ports.${twin[0]} 使用同一個埠。`,
          `This is the same port as ports.${twin[0]}.`,
        ),
      );
    }
  });
  if (!isLoopback(config.ports.operations.host)) {
    problems.push(
      problem(
        'ports.operations.host',
        '維運埠只能開在本機（127.0.0.1 或 ::1）。',
        'The operations port may only be on this machine (127.0.0.1 or ::1).',
      ),
    );
  }
  for (const service of config.registers?.services.keys() ?? []) {
    if (!service.startsWith(`${config.member}/`)) {
      problems.push(
        problem(
          `registers.services.${service}`,
          '這項服務不屬於本機關。',
          'This service does not belong to the member of this gateway.',
        ),
      );
    }
  }
  return problems;
}

function findInsecurities(config: GatewayConfig): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (!isLoopback(config.ports.consumer.host) && config.consumerTls === undefined) {
    problems.push(
      problem(
        'consumerTls',
        '正式環境中，開放給其他主機的應用埠必須使用 TLS。',
        'In production a consumer port that other machines reach needs TLS.',
      ),
    );
  }
  for (const [service, { baseUrl }] of config.registers?.services ?? []) {
    if (isClearOnNetwork(baseUrl)) {
      problems.push(
        problem(
          `registers.services.${service}.baseUrl`,
          '正式環境中，其他主機上的業務系統必須使用 https。',
          'In production a system on another machine must be reached by https.',
        ),
      );
    }
  }
  if (isClearOnNetwork(config.registry.url)) {
    problems.push(
      problem(
        'registry.url',
        '正式環境中，登錄處必須使用 https。',
        'In production the registry must be reached by https.',
      ),
    );
  }
  return problems;
}

function isClearOnNetwork(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !isLoopback(hostname.replace(/^\[|\]$/g, ''));
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
