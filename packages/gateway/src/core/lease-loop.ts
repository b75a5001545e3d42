/**
 * Keeps the status lease fresh (PROTOCOL 16): asks the hub over mutual TLS, checks its signature and nonce, and
 * lets the lease run from the moment of *asking*, on the monotonic clock. Every question also tells the hub which
 * withdrawals this gateway has carried out.
 */
import { type BundleIndex, type GatewayEntry, verifyLease } from '@minben/exchange';
import type { Clock, Logger, Network, Random, TlsIdentity } from '@minben/ports';
import type { StatusGate } from './status-gate.ts';

export interface LeaseLoopMeans {
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly logger: Logger;
  readonly gate: StatusGate;
  identity(): TlsIdentity;
  bundle(): BundleIndex | undefined;
  self(): GatewayEntry | undefined;
  /** A version was applied: it should survive a restart. */
  onApplied(): void;
}

/** The hub holds its answer back this long while nothing changes; well below the lease itself. */
const WAIT_MS = 200;
const TIMEOUT_MS = 2_000;
const RETRY_MS = 100;

export interface LeaseLoop {
  start(): void;
  stop(): void;
}

export function createLeaseLoop(means: LeaseLoopMeans): LeaseLoop {
  const { clock, random, network, logger, gate } = means;
  const stopping = new AbortController();
  let failures = 0;

  const renew = async (): Promise<void> => {
    const bundle = means.bundle();
    const self = means.self();
    if (bundle === undefined || self === undefined) throw new Error('no bundle yet');
    const nonce = random.bytes(16).toString('base64url');
    const renewal = {
      gateway: self.id,
      nonce,
      known: gate.known,
      acknowledged: gate.acknowledged,
      waitMilliseconds: WAIT_MS,
    };
    const sentAt = clock.monotonic();
    const answer = await network.request({
      method: 'POST',
      url: `${bundle.bundle.hub.leaseUrl}/status/lease`,
      headers: [['content-type', 'application/json']],
      body: Buffer.from(JSON.stringify(renewal)),
      tls: means.identity(),
      expectedFingerprints: bundle.bundle.hub.certificates,
      timeoutMs: TIMEOUT_MS,
      signal: stopping.signal,
    });
    if (answer.status !== 200) throw new Error('the hub answered without a lease');
    const signed: unknown = JSON.parse(Buffer.from(answer.body).toString('utf8'));
    const lease = verifyLease(signed, { gateway: self.id, nonce, nowSeconds: Math.floor(clock.now() / 1000) }, bundle);
    if (!lease.ok) throw new Error(lease.error);
    const before = gate.known;
    gate.apply(lease.value, sentAt);
    if (gate.known !== before) means.onApplied();
  };

  const follow = (): void => {
    if (stopping.signal.aborted) return;
    renew().then(
      () => {
        if (failures > 0) logger('info', 'lease-renewed-again', { failures });
        failures = 0;
        follow();
      },
      (error: unknown) => {
        if (stopping.signal.aborted) return;
        failures += 1;
        if (failures === 1)
          logger('warn', 'lease-not-renewed', {
            error: error instanceof Error ? error.message.slice(0, 80) : 'unknown',
          });
        clock.after(RETRY_MS, follow);
      },
    );
  };

  return { start: follow, stop: () => stopping.abort() };
}
