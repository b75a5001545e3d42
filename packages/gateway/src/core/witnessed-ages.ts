/** When each peer's log was last cosigned by a quorum of witnesses (PROTOCOL 13, 14): the time-stamp of its proofs. */
import type { Clock } from '@minben/ports';

export interface WitnessedAges {
  /** Seconds since the newest cosigned head; undefined when none was seen. */
  ageOf(origin: string): number | undefined;
  /** A head of this log was found cosigned at `time` (seconds since the epoch, by the witnesses' clocks). */
  note(origin: string, time: number): void;
}

export function createWitnessedAges(clock: Clock): WitnessedAges {
  const times = new Map<string, number>();
  return {
    ageOf(origin) {
      const time = times.get(origin);
      return time === undefined ? undefined : Math.max(0, Math.floor(clock.now() / 1000) - time);
    },
    note: (origin, time) => void times.set(origin, Math.max(time, times.get(origin) ?? 0)),
  };
}
