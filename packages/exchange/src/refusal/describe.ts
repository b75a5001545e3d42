/** The shape in which every rule of refusal is written down; the rules themselves stand in the `rules-of-*.ts` files. */

/** One text in both languages of the interface. */
export interface BothLanguages {
  readonly 'zh-TW': string;
  readonly en: string;
}

/**
 * X-Road's name for what went wrong. `Client.BadRequest` is complete; the others are completed by the hop
 * (`Server.ClientProxy.…` at the consumer's gateway, `Server.ServerProxy.…` at the provider's).
 */
export type XRoadFault =
  | 'Client.BadRequest'
  | 'AccessDenied'
  | 'UnknownService'
  | 'ServiceDisabled'
  | 'UnknownMember'
  | 'InvalidRequest'
  | 'InvalidSignatureValue'
  | 'SslAuthenticationFailed'
  | 'OutdatedGlobalConf'
  | 'InconsistentResponse'
  | 'NetworkError'
  | 'ServiceFailed'
  | 'DatabaseError'
  | 'InternalError';

export interface RefusalRule {
  /** HTTP status of the problem+json document (RFC 9110). On the r1 port X-Road's own 400 or 500 stands instead. */
  readonly status: number;
  readonly xroad: XRoadFault;
  /** Number of the rule in PROTOCOL that this refusal keeps. */
  readonly protocol: number;
  /** What happened. */
  readonly title: BothLanguages;
  /** What the reader can do about it. */
  readonly remedy: BothLanguages;
}

/** Writes one rule down: status, X-Road fault, PROTOCOL rule, what happened (zh-TW, en), what to do (zh-TW, en). */
export function describe(
  status: number,
  xroad: XRoadFault,
  protocol: number,
  title: readonly [chinese: string, english: string],
  remedy: readonly [chinese: string, english: string],
): RefusalRule {
  return {
    status,
    xroad,
    protocol,
    title: { 'zh-TW': title[0], en: title[1] },
    remedy: { 'zh-TW': remedy[0], en: remedy[1] },
  };
}
