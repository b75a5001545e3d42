/**
 * The order of events. Time is virtual, in whole microseconds; events of one instant run in an order that
 * the seed decides. An event belongs to a life of a machine and dies with it; a paused machine gets its
 * events when it wakes, in the order in which they were made.
 */
import type { Prng } from './prng.ts';

/** One run of a process, from its start to its crash. */
export interface Life {
  readonly machine: string;
  alive: boolean;
  /** Virtual microsecond until which the machine stands still. */
  pausedUntil: number;
  readonly onDeath: Set<() => void>;
}

export interface Schedule {
  readonly now: number;
  /** Runs `action` after `delay` microseconds, unless the life ends before; the returned function cancels it. */
  after(delay: number, life: Life | undefined, action: () => void): () => void;
  /** Instant of the next event; undefined when nothing is left. */
  next(): number | undefined;
  /** Runs the next event. */
  step(): void;
  /** Moves time forward where no event stands. */
  advanceTo(time: number): void;
}

interface ScheduledEvent {
  time: number;
  tie: number;
  readonly sequence: number;
  readonly life: Life | undefined;
  action: (() => void) | undefined;
}

export function createSchedule(prng: Prng): Schedule {
  const heap: ScheduledEvent[] = [];
  let now = 0;
  let sequence = 0;
  return {
    get now() {
      return now;
    },
    after(delay, life, action) {
      sequence += 1;
      const time = now + Math.max(0, Math.round(delay));
      const event: ScheduledEvent = { time, tie: prng.uint32(), sequence, life, action };
      push(heap, event);
      return () => {
        event.action = undefined;
      };
    },
    next() {
      for (;;) {
        const first = heap[0];
        if (first === undefined) return undefined;
        if (first.action !== undefined && first.life?.alive !== false) {
          if (first.life === undefined || first.life.pausedUntil <= first.time) return first.time;
          pop(heap);
          first.time = first.life.pausedUntil;
          first.tie = 0;
          push(heap, first);
        } else pop(heap);
      }
    },
    step() {
      if (this.next() === undefined) return;
      const event = pop(heap);
      now = Math.max(now, event.time);
      event.action?.();
    },
    advanceTo(time) {
      now = Math.max(now, time);
    },
  };
}

function isBefore(a: ScheduledEvent, b: ScheduledEvent): boolean {
  if (a.time !== b.time) return a.time < b.time;
  return a.tie === b.tie ? a.sequence < b.sequence : a.tie < b.tie;
}

function push(heap: ScheduledEvent[], event: ScheduledEvent): void {
  let index = heap.length;
  heap.push(event);
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!isBefore(event, heap[parent] as ScheduledEvent)) break;
    heap[index] = heap[parent] as ScheduledEvent;
    index = parent;
  }
  heap[index] = event;
}

function pop(heap: ScheduledEvent[]): ScheduledEvent {
  const first = heap[0] as ScheduledEvent;
  const last = heap.pop() as ScheduledEvent;
  if (heap.length === 0) return first;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1] as ScheduledEvent, heap[child] as ScheduledEvent))
      child += 1;
    if (!isBefore(heap[child] as ScheduledEvent, last)) break;
    heap[index] = heap[child] as ScheduledEvent;
    index = child;
  }
  heap[index] = last;
  return first;
}
