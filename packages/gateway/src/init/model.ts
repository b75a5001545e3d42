/** What `minben gateway init` works with, and what it tells the engineer. */
import type { BothLanguages, TrustBundle } from '@minben/exchange';
import type { Clock, Disk, Network, Random } from '@minben/ports';

export interface InitOptions {
  /** Where everything of this gateway is kept. */
  readonly folder: string;
  /** `TW/GOV/A01/gw1` */
  readonly gateway: string;
  /** Name or address under which peers reach this machine. */
  readonly host: string;
  /** Interface that the mutual and public ports listen on. */
  readonly listen: string;
  /** Four ports from here on: mutual, public, consumer, operations. */
  readonly firstPort: number;
  readonly mode: 'production' | 'development';
  /** Public port of the registry. */
  readonly registryUrl: string;
  /** Handed over by people, on another way than the network (PROTOCOL 24). */
  readonly bundleKey?: string;
  readonly hubLogKey?: string;
  /** Operator port of the registry and its token, where this engineer may use them. */
  readonly operator?: { readonly url: string; readonly token: string };
  /** Name of the log; made from the gateway's id when absent. */
  readonly origin?: string;
  /** Base address of the agency's system by service id. */
  readonly systems: ReadonlyMap<string, string>;
}

export interface InitPorts {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly network: Network;
  readonly random: Random;
  /** A new transport key and a PKCS #10 request for it, both PEM. */
  createCertificateRequest(name: string): Promise<{ readonly request: string; readonly privateKey: string }>;
}

/** How one step ended. Steps can be repeated: what is done stays done. */
export interface InitStep {
  readonly name: string;
  readonly state: 'done' | 'missing';
  /** What is done, or what is missing. */
  readonly text: BothLanguages;
  /** What to do about what is missing. */
  readonly todo?: BothLanguages;
  /** Lines to copy: keys to compare, commands to run. */
  readonly lines?: readonly string[];
}

export function done(name: string, chinese: string, english: string, lines?: readonly string[]): InitStep {
  return { name, state: 'done', text: { 'zh-TW': chinese, en: english }, ...(lines === undefined ? {} : { lines }) };
}

export function missing(
  name: string,
  text: readonly [chinese: string, english: string],
  todo: readonly [chinese: string, english: string],
  lines?: readonly string[],
): InitStep {
  return {
    name,
    state: 'missing',
    text: { 'zh-TW': text[0], en: text[1] },
    todo: { 'zh-TW': todo[0], en: todo[1] },
    ...(lines === undefined ? {} : { lines }),
  };
}

/** Where things lie in the folder. */
export interface Places {
  readonly config: string;
  readonly data: string;
  readonly logKey: string;
  readonly sealingKey: string;
  readonly transportKey: string;
  readonly request: string;
  readonly order: string;
  readonly certificate: string;
  readonly authorities: string;
  readonly registerSecret: string;
}

export function placesIn(folder: string): Places {
  return {
    config: `${folder}/gateway.json`,
    data: `${folder}/data`,
    logKey: `${folder}/keys/log.pem`,
    sealingKey: `${folder}/keys/sealing.pem`,
    transportKey: `${folder}/keys/transport.pem`,
    request: `${folder}/keys/transport-request.pem`,
    order: `${folder}/registration.json`,
    certificate: `${folder}/certificate.pem`,
    authorities: `${folder}/authorities.pem`,
    registerSecret: `${folder}/keys/register-secret`,
  };
}

/** What earlier steps found out for later ones. */
export interface InitProgress {
  readonly options: InitOptions;
  readonly ports: InitPorts;
  readonly places: Places;
  readonly member: string;
  readonly origin: string;
  /** Verifier key of the log and public sealing key, as the bundle writes them. */
  logKey?: string;
  sealingKey?: string;
  bundle?: TrustBundle;
}

export interface InitReport {
  readonly steps: readonly InitStep[];
  /** Whether the gateway can be started now. */
  readonly isReady: boolean;
}
