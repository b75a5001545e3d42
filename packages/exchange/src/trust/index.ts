export { acceptBundle, type BundleError, type BundleTrust, digestBundle, isBundleTooOld } from './accept-bundle.ts';
export {
  Agreement,
  GatewayEntry,
  Member,
  SealedBundle,
  Service,
  ServicePolicy,
  Text,
  TrustBundle,
} from './bundle-model.ts';
export { type BundleIndex, indexBundle, type TimedKey } from './index-bundle.ts';
export { isSignedBy, type LogKey, readBundleKey, readLogKey, readVerifyingKey } from './keys.ts';
export {
  checkLogProof,
  type HeadCheck,
  type LogProof,
  type LogProofError,
  openCheckpoint,
  parseLogProof,
} from './log-proof.ts';
export { sealBundle } from './seal-bundle.ts';
