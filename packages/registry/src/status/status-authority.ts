/**
 * The hub's side of PROTOCOL 16: status leases, acknowledgements, and from when a withdrawal is effective.
 * A withdrawal shown to anyone is already durable: a hub that forgot one after a crash would give its version
 * to another, and gateways would never hear of it. Pure apart from its ports, so that a simulation runs it.
 */

import type { LeaseRenewal, StatusLease } from '@minben/exchange';
import { fail, type Result, succeed } from '@minben/kernel';
import type { Clock } from '@minben/ports';
import type { RegistryNote } from '../notes/note.ts';
import { createWaitingRoom } from '../waiting-room.ts';
import type { StatusBook } from './status-book.ts';

/** The hub counts this much longer than the gateway, whose lease runs from sending (PROTOCOL 16). */
const HUB_MARGIN = 1.1;

export type RenewalError =
  | 'status-list-ahead'
  | 'acknowledges-unknown-version'
  | 'hub-not-writable'
  | 'renewal-abandoned';

export interface GatewayEffect {
  readonly gateway: string;
  readonly state: 'acknowledged' | 'lapsed' | 'waiting';
  /** Only while waiting: when its last lease lapses at the latest, from now. */
  readonly leftMilliseconds?: number;
}

export interface WithdrawalEffect {
  readonly jti: string;
  readonly version: number;
  readonly effective: boolean;
  readonly gateways: readonly GatewayEffect[];
}

export interface StatusAuthority {
  /** Answers a renewal at once when there is news, else after the wait it allows. The caller has authenticated the gateway. */
  renew(renewal: LeaseRenewal, signal?: AbortSignal): Promise<Result<StatusLease, RenewalError>>;
  /** Which named gateways have followed a withdrawal. */
  effectOf(jti: string): Result<WithdrawalEffect, 'grant-unknown' | 'not-withdrawn'>;
  /** A withdrawal became durable, a bundle was published, or the process ends: whoever waits is answered now. */
  announce(): void;
}

export interface StatusMeans {
  readonly clock: Clock;
  readonly book: StatusBook;
  readonly leaseMilliseconds: number;
  readonly bundleVersion: () => number;
  /** False when the log refuses: leases then lapse by themselves rather than outlive a forgotten withdrawal. */
  readonly isWritable: () => boolean;
  /** Applies a note to the book and takes it along on the next sync; losing it costs a wait, never a withdrawal. */
  readonly remember: (note: RegistryNote) => void;
}

/** A lease that was given: the version it was given at, and the monotonic time at which the hub stops counting it. */
interface GivenLease {
  version: number;
  until: number;
}

export function createStatusAuthority(means: StatusMeans): StatusAuthority {
  const { clock, book, leaseMilliseconds, remember } = means;
  const leases = new Map<string, GivenLease[]>();
  const { announce, change } = createWaitingRoom(clock);
  // What was answered just before a crash is forgotten, so every gateway may still hold such a lease.
  const forgottenUntil = clock.monotonic() + Math.max(leaseMilliseconds, book.longestLease) * HUB_MARGIN;

  const leasesOf = (gateway: string): GivenLease[] => {
    let given = leases.get(gateway);
    if (!given) {
      given = [{ version: -1, until: forgottenUntil }];
      leases.set(gateway, given);
    }
    return given;
  };

  const recordLease = (gateway: string, version: number): void => {
    const now = clock.monotonic();
    const until = now + leaseMilliseconds * HUB_MARGIN;
    const running = leasesOf(gateway).filter((lease) => lease.until > now && lease.version !== version);
    leases.set(gateway, [...running, { version, until }]);
  };

  const effectAt = (gateway: string, version: number): GatewayEffect => {
    if (book.acknowledged(gateway) >= version) return { gateway, state: 'acknowledged' };
    if (book.lapsed(gateway) >= version) return { gateway, state: 'lapsed' };
    const now = clock.monotonic();
    const until = Math.max(
      now,
      ...leasesOf(gateway)
        .filter((lease) => lease.version < version)
        .map((lease) => lease.until),
    );
    if (until > now) return { gateway, state: 'waiting', leftMilliseconds: Math.ceil(until - now) };
    remember({ t: 'leases-lapsed', gateway, version });
    return { gateway, state: 'lapsed' };
  };

  return {
    async renew(renewal, signal) {
      if (!means.isWritable()) return fail('hub-not-writable');
      if (renewal.known > book.version) return fail('status-list-ahead');
      if (renewal.acknowledged > renewal.known) return fail('acknowledges-unknown-version');
      const { gateway, nonce, known, acknowledged } = renewal;
      if (acknowledged > book.acknowledged(gateway))
        remember({ t: 'version-acknowledged', gateway, version: acknowledged });
      // Holding back longer would eat the lease, which runs from the sending of the renewal.
      const wait = Math.min(renewal.waitMilliseconds, leaseMilliseconds / 2);
      if (known === book.version && wait > 0) await change(wait, signal);
      if (signal?.aborted) return fail('renewal-abandoned');
      if (!means.isWritable()) return fail('hub-not-writable');
      const { version } = book;
      recordLease(gateway, version);
      const withdrawn = book.withdrawnSince(known, gateway);
      return succeed({ gateway, nonce, version, leaseMilliseconds, withdrawn, bundleVersion: means.bundleVersion() });
    },
    effectOf(jti) {
      const grant = book.grant(jti);
      if (!grant) return fail('grant-unknown');
      const withdrawal = book.withdrawal(jti);
      if (!withdrawal) return fail('not-withdrawn');
      const gateways = grant.gateways.map((gateway) => effectAt(gateway, withdrawal.version));
      const effective = gateways.every((effect) => effect.state !== 'waiting');
      return succeed({ jti, version: withdrawal.version, effective, gateways });
    },
    announce,
  };
}
