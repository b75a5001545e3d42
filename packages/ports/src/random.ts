/** The only source of randomness on the spine. */
export interface Random {
  /** `length` unpredictable bytes (predictable from the seed in a simulation). */
  bytes(length: number): Buffer;
}
