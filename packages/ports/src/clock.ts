/** Time as the spine sees it. Durations and instants are in milliseconds. */
export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch. May jump; never use it to measure a duration. */
  now(): number;
  /** Monotonic clock, milliseconds from an arbitrary start. Leases and time-outs run on it. */
  monotonic(): number;
  /** Runs `action` once after `milliseconds`; the returned function cancels it. */
  after(milliseconds: number, action: () => void): () => void;
}
