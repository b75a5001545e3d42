/**
 * The ledger of acknowledgements, kept in the memory of the test, outside every process that is killed: what callers,
 * persons and logs were told, as they were told it.
 */
import { parseVerifierKey, type TrustPolicy, type VerifierKey } from '@minben/evidence';
import type { Cluster } from '../cluster/cluster.ts';
import { AUDITOR_ORIGIN, GATEWAY_NAMES, GATEWAYS, HUB_ORIGIN } from '../cluster/places.ts';
import { followLog, type LogFollower } from './follow-log.ts';
import { createHeadBook, type HeadBook } from './heads.ts';
import { createViolations, type Violations } from './violations.ts';

/** An answer that an application has in its hands. */
export interface Delivery {
  readonly id: string;
  readonly isSafe: boolean;
  /** SHA-256 of the body, hex. */
  readonly bodyDigest: string;
  readonly bodyLength: number;
}

export interface GrantRecord {
  readonly jti: string;
  readonly token: string;
  /** Position in the status list. */
  readonly status: number;
  readonly uses: number | undefined;
  /** Messages answered under it. */
  readonly answered: Set<string>;
  isAsked: boolean;
  withdrawal?: { readonly version: number; readonly receipt: unknown };
  /** The registry has said that every gateway follows. */
  isEffective: boolean;
}

export interface Ledger {
  readonly violations: Violations;
  readonly heads: HeadBook;
  readonly followers: Readonly<Record<'consumer' | 'provider' | 'hub', LogFollower>>;
  readonly policy: TrustPolicy;
  readonly keys: ReadonlyMap<string, VerifierKey>;
  readonly witnessKey: VerifierKey;
  readonly deliveries: Map<string, Delivery>;
  /** Messages whose outcome was told as on record, or as unknown, once and for all. */
  readonly settled: Map<string, 'recorded' | 'unknown'>;
  readonly grants: Map<string, GrantRecord>;
  /** Receipts that somebody has in hand. */
  readonly receipts: Map<string, unknown>;
  /** How often each rule refused, for the summary. */
  readonly refusals: Map<string, number>;
  cosignatures: number;
}

export function openLedger(cluster: Cluster): Ledger {
  const { logKeys, witnessKey: witnessText } = cluster.prepared;
  const violations = createViolations();
  const keys = new Map(Object.entries(logKeys).map(([origin, text]) => [origin, readKey(text)]));
  const witnessKey = readKey(witnessText);
  const heads = createHeadBook(keys, witnessKey, violations);
  const follow = (origin: string, url: string): LogFollower =>
    followLog(keys.get(origin) as VerifierKey, `${url}/tlog`, cluster.network, heads, violations);
  return {
    violations,
    heads,
    followers: {
      consumer: follow(GATEWAYS.consumer.origin, cluster.urls.consumer),
      provider: follow(GATEWAYS.provider.origin, cluster.urls.provider),
      hub: follow(HUB_ORIGIN, cluster.urls.hub),
    },
    policy: {
      v: 1,
      logs: [
        { key: logKeys[HUB_ORIGIN] as string },
        ...GATEWAY_NAMES.map((name) => ({
          key: logKeys[GATEWAYS[name].origin] as string,
          gateway: GATEWAYS[name].id,
        })),
      ],
      witnesses: [witnessText],
      quorum: 1,
    },
    keys,
    witnessKey,
    deliveries: new Map(),
    settled: new Map(),
    grants: new Map(),
    receipts: new Map(),
    refusals: new Map(),
    cosignatures: 0,
  };
}

/** Origins of logs that the witness is asked about. */
export const WITNESSED = [HUB_ORIGIN, GATEWAYS.consumer.origin, GATEWAYS.provider.origin, AUDITOR_ORIGIN] as const;

function readKey(text: string): VerifierKey {
  const key = parseVerifierKey(text);
  if (!key.ok) throw new Error(`not a verifier key: ${text}`);
  return key.value;
}
