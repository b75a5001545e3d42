export {
  type Checkpoint,
  type CheckpointError,
  type CheckpointRefusal,
  formatCheckpoint,
  formatCheckpointText,
  isDecimal,
  parseCheckpoint,
  verifyCheckpoint,
} from './checkpoint.ts';
export { type Cosignature, collectCosignatures, cosign, verifyCosignature } from './cosignature.ts';
export {
  formatSignatureLine,
  isKeyName,
  type NoteError,
  type NoteSignature,
  parseNote,
  parseSignatureLine,
  type SignedNote,
} from './signed-note.ts';
export {
  computeKeyId,
  createVerifierKey,
  formatVerifierKey,
  type KeyType,
  parseVerifierKey,
  type VerifierKey,
  type VerifierKeyError,
  verifyEd25519,
} from './verifier-key.ts';
