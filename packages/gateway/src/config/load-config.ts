/** Reads what a gateway needs from its disk at the start: the configuration, then the keys and certificates it names. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { fail, type Result, succeed } from '@minben/kernel';
import { type Disk, readKeyFile, type TlsIdentity } from '@minben/ports';
import type { GatewayConfig } from './model.ts';
import { parseGatewayConfig } from './parse-config.ts';
import { type ConfigProblem, problem } from './problems.ts';

/** What is secret, and never part of the configuration itself. */
export interface GatewaySecrets {
  /** Ed25519 key of the log, PKCS8 PEM. */
  readonly logKey: string;
  /** Raw X25519 private key to which subjects are sealed. */
  readonly sealingKey: Uint8Array;
  /** Towards peers and the hub. */
  readonly identity: TlsIdentity;
  readonly consumerTls?: TlsIdentity;
  /** Undefined for a member that only asks. */
  readonly registerSecret?: string;
}

/** Reads the file at `path`. */
export async function loadGatewayConfig(
  disk: Disk,
  path: string,
): Promise<Result<GatewayConfig, readonly ConfigProblem[]>> {
  const bytes = await disk.read(path);
  if (bytes === undefined) {
    return fail([
      problem(
        '',
        `找不到設定檔；請先執行「minben gateway init」。`,
        'There is no configuration file; run "minben gateway init" first.',
      ),
    ]);
  }
  return parseGatewayConfig(bytes.toString('utf8'), dirname(resolve(path)));
}

/** Reads keys and certificates, and checks that certificate and key belong together. */
export async function loadGatewaySecrets(
  disk: Disk,
  config: GatewayConfig,
): Promise<Result<GatewaySecrets, readonly ConfigProblem[]>> {
  const problems: ConfigProblem[] = [];
  const readKey = async (field: string, path: string, kind: 'ed25519' | 'x25519'): Promise<KeyObject | undefined> => {
    const key = await readKeyFile(disk, path, kind);
    if (key.ok) return key.value;
    problems.push(
      key.error === 'key-missing'
        ? missing(field)
        : problem(field, `檔案不是 ${kind} 私鑰。`, `The file does not hold an ${kind} private key.`),
    );
    return undefined;
  };
  const readText = async (field: string, path: string): Promise<string> => {
    const bytes = await disk.read(path);
    if (bytes === undefined) problems.push(missing(field));
    return bytes?.toString('utf8') ?? '';
  };

  const logKey = await readKey('keys.log', config.keys.log, 'ed25519');
  const sealingKey = await readKey('keys.sealing', config.keys.sealing, 'x25519');
  const readIdentity = async (fields: IdentityFields, paths: IdentityPaths): Promise<TlsIdentity> => {
    const certificate = await readText(fields.certificate, paths.certificate);
    const privateKey = await readText(fields.privateKey, paths.privateKey);
    const authorities = splitCertificates(await readText(fields.authorities, paths.authorities));
    if (certificate !== '' && privateKey !== '' && !belongTogether(certificate, privateKey)) {
      problems.push(
        problem(fields.certificate, '憑證與私鑰不相符。', 'The certificate does not belong to the private key.'),
      );
    }
    return { certificate, privateKey, authorities };
  };
  const identity = await readIdentity(
    { certificate: 'certificate', privateKey: 'keys.transport', authorities: 'authorities' },
    { certificate: config.certificate, privateKey: config.keys.transport, authorities: config.authorities },
  );
  const consumerTls =
    config.consumerTls === undefined
      ? undefined
      : await readIdentity(
          {
            certificate: 'consumerTls.certificate',
            privateKey: 'consumerTls.privateKey',
            authorities: 'consumerTls.authorities',
          },
          config.consumerTls,
        );
  const registerSecret =
    config.registers === undefined ? undefined : (await readText('registers.secret', config.registers.secret)).trim();
  if (registerSecret !== undefined && registerSecret !== '' && registerSecret.length < 32) {
    problems.push(problem('registers.secret', '密鑰至少須 32 個字元。', 'The secret needs at least 32 characters.'));
  }

  if (problems.length > 0 || logKey === undefined || sealingKey === undefined) return fail(problems);
  return succeed({
    logKey: logKey.export({ format: 'pem', type: 'pkcs8' }) as string,
    sealingKey: Buffer.from(sealingKey.export({ format: 'jwk' }).d as string, 'base64url'),
    identity,
    ...(consumerTls === undefined ? {} : { consumerTls }),
    ...(registerSecret === undefined ? {} : { registerSecret }),
  });
}

interface IdentityPaths {
  readonly certificate: string;
  readonly privateKey: string;
  readonly authorities: string;
}
type IdentityFields = IdentityPaths;

function missing(field: string): ConfigProblem {
  return problem(
    field,
    '找不到這個檔案；請再執行「minben gateway init」。',
    'This file does not exist; run "minben gateway init" again.',
  );
}

/** The certificates of a PEM file, one string each. */
export function splitCertificates(pem: string): string[] {
  return (
    pem
      .match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g)
      ?.map((certificate) => `${certificate}\n`) ?? []
  );
}

/** Whether the certificate certifies this private key. */
export function belongTogether(certificate: string, privateKey: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey));
  } catch {
    return false;
  }
}
