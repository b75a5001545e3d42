/** What one timed run of a writer reports. */
export interface AppendRun {
  readonly entries: number;
  readonly seconds: number;
  readonly cpuMicros: number;
  /** How many times it synced. */
  readonly batches: number;
}
