/** A machine's clocks: a wall clock that may be wrong and may jump, a monotonic one that may run fast or slow. */
import type { Clock } from '../clock.ts';
import type { Life, Schedule } from './schedule.ts';

/** What outlives a crash: the hardware clock. */
export interface HardwareClock {
  /** Milliseconds by which the wall clock is wrong. */
  skew: number;
  /** Milliseconds of this machine per true millisecond, from now on. */
  readonly rate: number;
  setRate(rate: number): void;
  /** Milliseconds of this machine since the world began. */
  elapsed(): number;
}

export function createHardwareClock(schedule: Schedule, skew: number): HardwareClock {
  let rate = 1;
  let since = 0;
  let before = 0;
  const elapsed = (): number => before + ((schedule.now - since) / 1000) * rate;
  return {
    skew,
    get rate() {
      return rate;
    },
    setRate(next) {
      before = elapsed();
      since = schedule.now;
      rate = next;
    },
    elapsed,
  };
}

export interface ClockSettings {
  readonly schedule: Schedule;
  readonly hardware: HardwareClock;
  readonly life: Life;
  /** Wall-clock time at which the world began, milliseconds since the Unix epoch. */
  readonly epoch: number;
  /** Where this life's monotonic clock begins. */
  readonly origin: number;
}

export function createSimulatedClock(settings: ClockSettings): Clock {
  const { schedule, hardware, life } = settings;
  return {
    now: () => Math.floor(settings.epoch + hardware.elapsed() + hardware.skew),
    monotonic: () => settings.origin + hardware.elapsed(),
    after(milliseconds, action) {
      if (!life.alive) return () => undefined;
      return schedule.after((milliseconds * 1000) / hardware.rate, life, action);
    },
  };
}
