/**
 * The gate that consent-based answers pass (PROTOCOL 16). A ticket is taken when a grant's status is checked and
 * given back when the answer has left or was withheld. A withdrawal is acknowledged only when no ticket of that
 * grant is outstanding, so "effective" means that nothing more will leave.
 */
import type { StatusLease } from '@minben/exchange';
import type { Clock } from '@minben/ports';

/** Time for the first lease after a start. */
const START_GRACE_MS = 2_000;

export type GateRefusal = 'grant-withdrawn' | 'lease-lapsed';

/** Permission to answer under one grant; good only until it is given back. */
export interface GateTicket {
  readonly status: number;
  /** Version of the status list under which the grant was found good. */
  readonly version: number;
  readonly toleranceMs: number;
}

export interface StatusGate {
  /** Newest version applied, and the newest one with nothing outstanding. */
  readonly known: number;
  readonly acknowledged: number;
  /** Applies a lease that was asked for at `sentAt` on the monotonic clock: the lease runs from there. */
  apply(lease: StatusLease, sentAt: number): void;
  /** Checks a grant's status; `toleranceMs` is how old the lease may be for this dataset, 0 for as old as the hub allows. */
  check(status: number, toleranceMs: number): GateRefusal | undefined;
  /** Checks, and holds the acknowledgement of a withdrawal back until the ticket is given back. */
  enter(status: number, toleranceMs: number): GateTicket | GateRefusal;
  /** Checks again, before the first byte leaves. */
  recheck(ticket: GateTicket): GateRefusal | undefined;
  /** The answer has left, or was withheld. */
  leave(ticket: GateTicket): void;
  /** Milliseconds since the last lease ended (at the start: since a first one should have come); 0 while one runs. */
  hubSilentMs(): number;
  /** For replay, before the first lease. */
  restore(version: number, withdrawn: readonly number[]): void;
  /** What must survive a restart: the list as far as it was applied. */
  snapshot(): { readonly version: number; readonly withdrawn: readonly number[] };
}

export function createStatusGate(clock: Clock): StatusGate {
  const withdrawn = new Set<number>();
  const outstanding = new Map<number, Set<GateTicket>>();
  let waiting: { version: number; statuses: readonly number[] }[] = [];
  let known = 0;
  let acknowledged = 0;
  const startedAt = clock.monotonic();
  let renewedAt = Number.NEGATIVE_INFINITY;
  let leaseMs = 0;

  // A dataset may want a fresher lease than the hub gives, never an older one: the hub counts only its own, and
  // says of a withdrawal that it is effective once that has run out.
  const isFresh = (toleranceMs: number): boolean =>
    clock.monotonic() - renewedAt < Math.min(leaseMs, toleranceMs === 0 ? leaseMs : toleranceMs);

  const refuse = (status: number, toleranceMs: number): GateRefusal | undefined => {
    if (withdrawn.has(status)) return 'grant-withdrawn';
    return isFresh(toleranceMs) ? undefined : 'lease-lapsed';
  };

  const acknowledgeWhatIsClear = (): void => {
    waiting = waiting.filter(({ statuses }) => statuses.some((status) => outstanding.has(status)));
    acknowledged = waiting.length === 0 ? known : Math.min(...waiting.map(({ version }) => version)) - 1;
  };

  return {
    get known() {
      return known;
    },
    get acknowledged() {
      return acknowledged;
    },
    apply(lease, sentAt) {
      for (const status of lease.withdrawn) withdrawn.add(status);
      if (lease.version > known) {
        known = lease.version;
        if (lease.withdrawn.length > 0) waiting.push({ version: lease.version, statuses: lease.withdrawn });
      }
      // Answers may overtake one another; an older one never shortens a lease.
      if (sentAt > renewedAt) {
        renewedAt = sentAt;
        leaseMs = lease.leaseMilliseconds;
      }
      acknowledgeWhatIsClear();
    },
    check: refuse,
    enter(status, toleranceMs) {
      const refusal = refuse(status, toleranceMs);
      if (refusal !== undefined) return refusal;
      const ticket: GateTicket = { status, version: known, toleranceMs };
      const tickets = outstanding.get(status) ?? new Set();
      outstanding.set(status, tickets.add(ticket));
      return ticket;
    },
    recheck(ticket) {
      return refuse(ticket.status, ticket.toleranceMs);
    },
    leave(ticket) {
      const tickets = outstanding.get(ticket.status);
      if (tickets?.delete(ticket) === true && tickets.size === 0) outstanding.delete(ticket.status);
      acknowledgeWhatIsClear();
    },
    hubSilentMs: () => Math.max(0, clock.monotonic() - Math.max(renewedAt + leaseMs, startedAt + START_GRACE_MS)),
    restore(version, statuses) {
      for (const status of statuses) withdrawn.add(status);
      known = Math.max(known, version);
      acknowledged = Math.max(acknowledged, version);
    },
    snapshot: () => ({ version: known, withdrawn: [...withdrawn] }),
  };
}
