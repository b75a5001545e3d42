export { commit, isKind, SALT_BYTES } from './commitment.ts';
export type { Appended, EvidenceLog, Hash, LogState, PublicLog, SignedHead, WitnessedHead } from './contract.ts';
export { askHolders, type HeadAnswer, type HeadHolder } from './log/ask.ts';
export { type OpenLogOptions, openLog } from './log/open-log.ts';
export { LogRefusal, type LogRefusalReason } from './log/refusal.ts';
export * from './merkle/index.ts';
export * from './note/index.ts';
export * from './proof/index.ts';
export { serveTiles } from './serve-tiles.ts';
export { fetchTilesFrom, openTileReader, type TileFetch, type TileReader } from './tile-reader.ts';
export {
  type Claim,
  type ClaimName,
  type MessageReceipt,
  type Receipt,
  type TrustPolicy,
  type Verification,
  verifyReceipt,
} from './verifier/index.ts';
export * from './witness/index.ts';
