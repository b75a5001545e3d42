/**
 * One request, one use, one effect (PROTOCOL 10, 12). Uniqueness is (sender, message id, entry): the same entry
 * twice is a replay; another entry under the same id is a retry, which a safe call may repeat and any other
 * answers from the record. Uses and quotas count once per message id.
 */
import type { RequestDetails, VerifiedGrant } from '@minben/exchange';
import { parseUuid, timestampOf } from '@minben/kernel';

/** Entries of safe calls are remembered for two of these spans: longer than a message can be fresh. */
const GENERATION_SECONDS = 90;
/** Entries that peers asked for and that never came, per generation: beyond it they hear that it is not decided yet. */
const MAXIMUM_BARRED = 10_000;
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);
const EIGHT_HOURS = 8 * 3600;
const DAY = 86_400;

export interface AdmissionRequest {
  readonly details: RequestDetails;
  readonly entry: string;
  readonly grant: VerifiedGrant | undefined;
  readonly quotaPerDay: number | undefined;
  /** Seconds since the epoch. */
  readonly now: number;
  readonly retrySeconds: number;
}

export type AdmissionRefusal =
  | 'replayed'
  | 'retry-changed'
  | 'message-too-old'
  | 'malformed-message'
  | 'grant-used-up'
  | 'quota-exceeded';

export type Admission =
  | { readonly kind: 'refused'; readonly rule: AdmissionRefusal }
  /** Go ahead. `isLasting`: it must be durable before it is forwarded, and its outcome is remembered. */
  | { readonly kind: 'admitted'; readonly isLasting: boolean; readonly counts: readonly Count[] }
  /** A retry of a call that must not be repeated: its outcome is in the record. */
  | { readonly kind: 'recorded'; readonly firstEntry: string };

export interface Count {
  readonly subject: string;
  readonly count: number;
}

export interface AdmissionBook {
  admit(request: AdmissionRequest): Admission;
  /** This gateway may not send this entry any more: it was told that it never came. False when too many were barred lately. */
  bar(gateway: string, entry: string, now: number): boolean;
  /** For replay: a lasting request that was admitted before. */
  restore(details: RequestDetails, entry: string, isLasting: boolean): void;
  restoreCount(count: Count): void;
  /** For a snapshot, which forgets safe calls: per gateway, when the newest one was made. */
  newestSafe(): readonly Floor[];
  restoreFloor(floor: Floor): void;
  /** Lasting requests and counts that a restart must find again. */
  counts(): readonly Count[];
  forget(olderThan: number): void;
}

/** No safe request of this gateway that was made at `iat` or before is new. */
export interface Floor {
  readonly gateway: string;
  /** Seconds since the epoch, by the sender's clock. */
  readonly iat: number;
}

/** Entries and message ids of safe calls that came within one span. */
interface Generation {
  readonly seen: Map<string, string>;
  /** Per gateway, the newest `iat` among them. */
  readonly newest: Map<string, number>;
}

interface Lasting {
  readonly firstEntry: string;
  readonly fingerprint: string;
  readonly since: number;
  readonly entries: Set<string>;
}

/** Whether repeating the call has no further effect (RFC 9110 section 9.2.1). */
export function isSafeMethod(method: string): boolean {
  return SAFE_METHODS.has(method);
}

export function createAdmissionBook(): AdmissionBook {
  const lasting = new Map<string, Lasting>();
  const counts = new Map<string, number>();
  let young = beginGeneration();
  let old = beginGeneration();
  /** Per gateway: the newest request that may have been forgotten. What is not newer could be one of those. */
  const floors = new Map<string, number>();
  let turnedAt: number | undefined;
  let barred = 0;

  const turnGeneration = (now: number): void => {
    turnedAt ??= now;
    if (now - turnedAt < GENERATION_SECONDS) return;
    for (const [gateway, iat] of old.newest) raiseTo(floors, gateway, iat);
    old = young;
    young = beginGeneration();
    barred = 0;
    turnedAt = now;
  };

  const rememberSafe = (details: RequestDetails, entry: string, key: string): void => {
    young.seen.set(entry, '');
    young.seen.set(key, fingerprintOf(details));
    raiseTo(young.newest, details.from.gateway, details.iat);
  };

  const admitSafe = (request: AdmissionRequest, key: string): Admission => {
    const { entry, details, now } = request;
    if (details.iat <= (floors.get(details.from.gateway) ?? 0)) return { kind: 'refused', rule: 'replayed' };
    const first = young.seen.get(key) ?? old.seen.get(key);
    const fingerprint = fingerprintOf(details);
    if (first !== undefined && first !== fingerprint) return { kind: 'refused', rule: 'retry-changed' };
    const counted = first === undefined ? countQuota(request) : [];
    if (counted === undefined) return { kind: 'refused', rule: 'quota-exceeded' };
    turnGeneration(now);
    rememberSafe(details, entry, key);
    return { kind: 'admitted', isLasting: false, counts: counted };
  };

  const admitLasting = (request: AdmissionRequest, key: string): Admission => {
    const { entry, details, now, grant } = request;
    const before = lasting.get(key);
    if (before !== undefined) {
      if (before.entries.has(entry)) return { kind: 'refused', rule: 'replayed' };
      if (before.fingerprint !== fingerprintOf(details)) return { kind: 'refused', rule: 'retry-changed' };
      before.entries.add(entry);
      const mayRepeat = isSafeMethod(details.method);
      return mayRepeat
        ? { kind: 'admitted', isLasting: true, counts: [] }
        : { kind: 'recorded', firstEntry: before.firstEntry };
    }
    const used = grant?.claims.uses === undefined ? undefined : `grant ${grant.claims.jti}`;
    if (used !== undefined && (counts.get(used) ?? 0) >= (grant?.claims.uses ?? 0))
      return { kind: 'refused', rule: 'grant-used-up' };
    const quota = countQuota(request);
    if (quota === undefined) return { kind: 'refused', rule: 'quota-exceeded' };
    lasting.set(key, { firstEntry: entry, fingerprint: fingerprintOf(details), since: now, entries: new Set([entry]) });
    return { kind: 'admitted', isLasting: true, counts: used === undefined ? quota : [...quota, count(used)] };
  };

  const count = (subject: string): Count => {
    const next = (counts.get(subject) ?? 0) + 1;
    counts.set(subject, next);
    return { subject, count: next };
  };

  /** Counted by the calendar day of the instance (UTC+8). Undefined when the quota is used up. */
  const countQuota = ({ details, quotaPerDay, now }: AdmissionRequest): Count[] | undefined => {
    if (quotaPerDay === undefined) return [];
    const subject = `quota ${Math.floor((now + EIGHT_HOURS) / DAY)} ${details.agreement}`;
    return (counts.get(subject) ?? 0) >= quotaPerDay ? undefined : [count(subject)];
  };

  return {
    admit(request) {
      const { details, grant, now, retrySeconds } = request;
      const id = parseUuid(details.id);
      if (!id.ok) return { kind: 'refused', rule: 'malformed-message' };
      const barring = `${details.from.gateway} ${request.entry}`;
      if ([request.entry, barring].some((seen) => young.seen.has(seen) || old.seen.has(seen))) {
        return { kind: 'refused', rule: 'replayed' };
      }
      const key = `${details.from.member} ${details.id}`;
      const isLasting = !isSafeMethod(details.method) || grant?.claims.uses !== undefined;
      // What is forgotten after `retrySeconds` must not come back as new.
      if (isLasting && timestampOf(id.value) / 1000 < now - retrySeconds)
        return { kind: 'refused', rule: 'message-too-old' };
      return isLasting ? admitLasting(request, key) : admitSafe(request, key);
    },
    bar(gateway, entry, now) {
      turnGeneration(now);
      if (barred >= MAXIMUM_BARRED) return false;
      barred += 1;
      young.seen.set(`${gateway} ${entry}`, '');
      return true;
    },
    restore(details, entry, isLasting) {
      const key = `${details.from.member} ${details.id}`;
      if (!isLasting) {
        turnGeneration(details.iat);
        rememberSafe(details, entry, key);
        return;
      }
      const before = lasting.get(key);
      if (before !== undefined) before.entries.add(entry);
      else
        lasting.set(key, {
          firstEntry: entry,
          fingerprint: fingerprintOf(details),
          since: details.iat,
          entries: new Set([entry]),
        });
    },
    restoreCount: ({ subject, count: value }) => void counts.set(subject, Math.max(value, counts.get(subject) ?? 0)),
    newestSafe() {
      const newest = new Map(floors);
      for (const generation of [old, young]) {
        for (const [gateway, iat] of generation.newest) raiseTo(newest, gateway, iat);
      }
      return [...newest].map(([gateway, iat]) => ({ gateway, iat }));
    },
    restoreFloor: ({ gateway, iat }) => raiseTo(floors, gateway, iat),
    counts: () => [...counts].map(([subject, value]) => ({ subject, count: value })),
    forget(olderThan) {
      for (const [key, { since }] of lasting) if (since < olderThan) lasting.delete(key);
      const today = Math.floor((olderThan + EIGHT_HOURS) / DAY);
      for (const subject of counts.keys())
        if (subject.startsWith('quota ') && Number(subject.split(' ')[1]) < today) counts.delete(subject);
    },
  };
}

function beginGeneration(): Generation {
  return { seen: new Map(), newest: new Map() };
}

function raiseTo(map: Map<string, number>, key: string, value: number): void {
  if (value > (map.get(key) ?? 0)) map.set(key, value);
}

/** What must not change between a request and its retry. */
function fingerprintOf({ service, method, path, body, agreement, purpose, grant }: RequestDetails): string {
  return `${service} ${method} ${path} ${body.sha256} ${agreement} ${purpose} ${grant ?? ''}`;
}
