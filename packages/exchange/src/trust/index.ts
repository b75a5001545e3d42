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
  type LogProofError,
  openCheckpoint,
} from './log-proof.ts';
export { sealBundle } from './seal-bundle.ts';
export { formatProof } from './stand-in.ts';
