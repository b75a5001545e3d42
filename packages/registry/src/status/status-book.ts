/**
 * The status list as plain state: which grants exist, which are withdrawn as which version, and how far each
 * gateway has followed. Pure: notes in, answers out (PROTOCOL 15, 16).
 */
import type { RegistryNote } from '../notes/note.ts';

export interface GrantRecord {
  readonly jti: string;
  readonly index: number;
  readonly gateways: readonly string[];
  /** Seconds since the epoch. */
  readonly exp: number;
}

export interface Withdrawal {
  readonly jti: string;
  readonly version: number;
  /** Text and salt that open the log's entry. */
  readonly details: string;
  readonly salt: string;
  /** The entry's position in the log. */
  readonly entry?: number;
}

/** How long a grant and its withdrawal are remembered after its expiry, in seconds. */
export const REMEMBERED_SECONDS = 30 * 86_400;

export class StatusBook {
  #nextIndex = 0;
  #version = 0;
  #longestLease = 0;
  readonly #grants = new Map<string, GrantRecord>();
  readonly #withdrawals = new Map<string, Withdrawal>();
  readonly #acknowledged = new Map<string, number>();
  readonly #lapsed = new Map<string, number>();

  /** Version of the status list: how many withdrawals there have been. */
  get version(): number {
    return this.#version;
  }

  /** Next free position in the status list; positions are never used twice. */
  get nextIndex(): number {
    return this.#nextIndex;
  }

  /** The longest lease ever given, in milliseconds. */
  get longestLease(): number {
    return this.#longestLease;
  }

  /**
   * Applies a note; `entry` is the position of the entry it came with. A note applied again changes nothing:
   * a snapshot may already hold the effect of notes that follow it.
   */
  apply(note: RegistryNote, entry?: number): void {
    switch (note.t) {
      case 'grant-minted':
        this.#grants.set(note.jti, { jti: note.jti, index: note.index, gateways: note.gateways, exp: note.exp });
        this.#nextIndex = Math.max(this.#nextIndex, note.index + 1);
        return;
      case 'grant-withdrawn':
        this.#withdraw(note, entry);
        return;
      case 'withdrawal-placed':
        this.#place(note.jti, note.entry);
        return;
      case 'version-acknowledged':
        raise(this.#acknowledged, note.gateway, note.version);
        return;
      case 'leases-lapsed':
        raise(this.#lapsed, note.gateway, note.version);
        return;
      case 'lease-length-set':
        this.#longestLease = Math.max(this.#longestLease, note.milliseconds);
        return;
      case 'counters-carried':
        this.#nextIndex = Math.max(this.#nextIndex, note.nextIndex);
        this.#version = Math.max(this.#version, note.version);
        return;
      case 'bundle-sealed':
      case 'bundle-stored':
        return;
    }
  }

  #withdraw(note: Extract<RegistryNote, { t: 'grant-withdrawn' }>, entry: number | undefined): void {
    const { jti, version, details, salt } = note;
    // A snapshot carries the counter first and old withdrawals after it; a live one is always the next.
    if (version > this.#version + 1)
      throw new Error(`withdrawal ${version} follows version ${this.#version}: one is missing`);
    this.#version = Math.max(this.#version, version);
    const known = this.#withdrawals.get(jti);
    const placed = entry ?? known?.entry;
    this.#withdrawals.set(jti, { jti, version, details, salt, ...(placed === undefined ? {} : { entry: placed }) });
  }

  #place(jti: string, entry: number): void {
    const withdrawal = this.#withdrawals.get(jti);
    if (withdrawal) this.#withdrawals.set(jti, { ...withdrawal, entry });
  }

  grant(jti: string): GrantRecord | undefined {
    return this.#grants.get(jti);
  }

  withdrawal(jti: string): Withdrawal | undefined {
    return this.#withdrawals.get(jti);
  }

  /** Newest version that the gateway has acknowledged; 0 when none. */
  acknowledged(gateway: string): number {
    return this.#acknowledged.get(gateway) ?? 0;
  }

  /** Newest version below which no lease of the gateway still runs; 0 when none is known. */
  lapsed(gateway: string): number {
    return this.#lapsed.get(gateway) ?? 0;
  }

  /** Positions withdrawn after version `known` of grants that name the gateway, in the order of withdrawal. */
  withdrawnSince(known: number, gateway: string): number[] {
    const positions: number[] = [];
    for (const withdrawal of this.#withdrawals.values()) {
      const grant = withdrawal.version > known ? this.#grants.get(withdrawal.jti) : undefined;
      if (grant?.gateways.includes(gateway)) positions.push(grant.index);
    }
    return positions;
  }

  /** Notes that rebuild this state, without grants whose expiry is long past. */
  snapshot(nowSeconds: number): RegistryNote[] {
    const notes: RegistryNote[] = [{ t: 'counters-carried', nextIndex: this.#nextIndex, version: this.#version }];
    if (this.#longestLease > 0) notes.push({ t: 'lease-length-set', milliseconds: this.#longestLease });
    for (const grant of this.#grants.values()) {
      if (grant.exp + REMEMBERED_SECONDS < nowSeconds) continue;
      notes.push({
        t: 'grant-minted',
        jti: grant.jti,
        index: grant.index,
        gateways: [...grant.gateways],
        exp: grant.exp,
      });
      const withdrawal = this.#withdrawals.get(grant.jti);
      if (!withdrawal) continue;
      const { jti, version, details, salt, entry } = withdrawal;
      notes.push({ t: 'grant-withdrawn', jti, version, details, salt });
      if (entry !== undefined) notes.push({ t: 'withdrawal-placed', jti, entry });
    }
    for (const [gateway, version] of this.#acknowledged) notes.push({ t: 'version-acknowledged', gateway, version });
    for (const [gateway, version] of this.#lapsed) notes.push({ t: 'leases-lapsed', gateway, version });
    return notes;
  }

  /** Grants and withdrawals remembered, for the metrics. */
  get counts(): { readonly grants: number; readonly withdrawals: number } {
    return { grants: this.#grants.size, withdrawals: this.#withdrawals.size };
  }
}

function raise(map: Map<string, number>, key: string, value: number): void {
  if (value > (map.get(key) ?? 0)) map.set(key, value);
}
