/**
 * The wires between machines. Whatever crosses one takes time that the seed decides; a cut wire (partition)
 * holds what was sent until it heals, as TCP does; a stall delays one message and, on a stream, all behind it.
 */
import type { Prng } from './prng.ts';
import type { Life, Schedule } from './schedule.ts';

/** Where a call may be cut: nothing left yet; the request left and is lost; the request arrived, its answer is lost. */
export type CutPhase = 'before-send' | 'after-send' | 'mid-response';

/** Probabilities, drawn for each call, or for each burst of bytes on a stream. */
export interface NetworkFaultRates {
  readonly beforeSend?: number;
  readonly afterSend?: number;
  readonly midResponse?: number;
  /** A burst of bytes arrives in part, and the stream is gone. */
  readonly cutStream?: number;
  /** One crossing is delayed by up to `stallMs` (default 30 000). */
  readonly stall?: number;
  readonly stallMs?: number;
}

export interface Link {
  /** Nothing crosses, in either direction, until `heal`. */
  partition(): void;
  heal(): void;
  readonly partitioned: boolean;
  /** Adds so many milliseconds to every crossing. */
  slow(milliseconds: number): void;
  /** Cuts the next HTTP call over this link at that phase. */
  cutNextCall(phase: CutPhase): void;
  /** Cuts every stream that is open over this link now. */
  cutStreams(): void;
}

export interface Wire extends Link {
  /** Brings something across; `order` keeps what belongs to one stream in its order. */
  carry(life: Life | undefined, action: () => void, order?: Order): void;
  drawCut(): CutPhase | undefined;
  drawStreamCut(): boolean;
  readonly streams: Set<{ cut(): void }>;
}

export interface Order {
  lastArrival: number;
}

export interface WireSettings {
  readonly schedule: Schedule;
  readonly prng: Prng;
  readonly rates: () => NetworkFaultRates;
  readonly note: (what: string) => void;
}

const FASTEST_MICROSECONDS = 100;
const SLOWEST_MICROSECONDS = 3_000;
const DEFAULT_STALL_MS = 30_000;

export function createWire({ schedule, prng, rates, note }: WireSettings): Wire {
  const streams = new Set<{ cut(): void }>();
  const planned: CutPhase[] = [];
  let held: (() => void)[] = [];
  let partitioned = false;
  let extraMicroseconds = 0;
  const carry = (life: Life | undefined, action: () => void, order?: Order): void => {
    if (partitioned) {
      held.push(() => carry(life, action, order));
      return;
    }
    const { stall = 0, stallMs = DEFAULT_STALL_MS } = rates();
    const stalled = prng.chance(stall) ? prng.below(stallMs * 1000) : 0;
    const delay = prng.between(FASTEST_MICROSECONDS, SLOWEST_MICROSECONDS) + extraMicroseconds + stalled;
    let arrival = schedule.now + delay;
    if (order !== undefined) {
      arrival = Math.max(arrival, order.lastArrival + 1);
      order.lastArrival = arrival;
    }
    schedule.after(arrival - schedule.now, life, action);
  };
  return {
    streams,
    carry,
    get partitioned() {
      return partitioned;
    },
    partition() {
      note('partitioned');
      partitioned = true;
    },
    heal() {
      note('healed');
      partitioned = false;
      const waiting = held;
      held = [];
      for (const send of waiting) send();
    },
    slow(milliseconds) {
      extraMicroseconds = milliseconds * 1000;
    },
    cutNextCall: (phase) => void planned.push(phase),
    cutStreams() {
      note('streams cut');
      for (const stream of streams) stream.cut();
    },
    drawCut() {
      const { beforeSend = 0, afterSend = 0, midResponse = 0 } = rates();
      const drawn = [prng.chance(beforeSend), prng.chance(afterSend), prng.chance(midResponse)];
      const phase = (['before-send', 'after-send', 'mid-response'] as const).find((_, index) => drawn[index]);
      return planned.shift() ?? phase;
    },
    drawStreamCut: () => prng.chance(rates().cutStream ?? 0),
  };
}
