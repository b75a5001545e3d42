/**
 * One connection pool per origin and identity: keep-alive, one request at a time on each connection.
 * Pools beyond the limit are closed, the least recently used first; calls in flight on them finish.
 */
import { Pool } from 'undici';
import type { OutgoingCall, TlsIdentity } from '../../network.ts';
import { dial } from './dial.ts';

const MOST_POOLS = 256;
const CONNECTIONS_PER_ORIGIN = 128;
const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_MS = 10_000;

export interface Pools {
  poolFor(origin: string, call: OutgoingCall): Pool;
  close(): Promise<void>;
}

export function createPools(): Pools {
  const pools = new Map<string, Pool>();
  return {
    poolFor(origin, call) {
      const key = call.tls === undefined ? origin : `${origin} ${keyOf(call.tls, call.expectedFingerprints)}`;
      let pool = pools.get(key);
      if (pool !== undefined && pools.size < MOST_POOLS / 2) return pool;
      if (pool === undefined) pool = createPool(origin, call);
      else pools.delete(key);
      pools.set(key, pool);
      if (pools.size > MOST_POOLS) closeOldest(pools);
      return pool;
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
      pools.clear();
    },
  };
}

function createPool(origin: string, call: OutgoingCall): Pool {
  const { tls, expectedFingerprints } = call;
  return new Pool(origin, {
    connections: CONNECTIONS_PER_ORIGIN,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: IDLE_MS,
    // The deadline of each call is kept by the call itself, exactly.
    headersTimeout: 0,
    bodyTimeout: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    ...(tls === undefined ? {} : { connect: mutualConnector(tls, expectedFingerprints) }),
  });
}

function mutualConnector(tls: TlsIdentity, expectedFingerprints: readonly string[] | undefined) {
  type Connector = Extract<NonNullable<Pool.Options['connect']>, (...given: never[]) => unknown>;
  const connect: Connector = (options, callback) => {
    dial({
      host: options.hostname.replace(/^\[|\]$/g, ''),
      port: Number(options.port || 443),
      tls,
      expectedFingerprints,
      protocol: 'http/1.1',
      timeoutMs: CONNECT_TIMEOUT_MS,
    }).then(
      (socket) => callback(null, socket),
      (error: Error) => callback(error, null),
    );
  };
  return connect;
}

const identities = new WeakMap<TlsIdentity, number>();
let identitiesSeen = 0;

/** Another identity object is another pool: a renewed certificate must not travel on old connections. */
function keyOf(tls: TlsIdentity, expectedFingerprints: readonly string[] | undefined): string {
  let number = identities.get(tls);
  if (number === undefined) {
    identitiesSeen += 1;
    number = identitiesSeen;
    identities.set(tls, number);
  }
  return `${number} ${expectedFingerprints?.join(',') ?? 'by name'}`;
}

function closeOldest(pools: Map<string, Pool>): void {
  for (const [key, pool] of pools) {
    pools.delete(key);
    void pool.close();
    return;
  }
}
