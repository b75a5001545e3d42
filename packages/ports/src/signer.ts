/** A private key that never leaves its keeper: a file today, a hardware module (PKCS#11) behind the same door. */
export interface Signer {
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Ed25519 signature (64 bytes) over `message`. A hardware module may answer later. */
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
}
