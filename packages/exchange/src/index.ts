export * from './check/index.ts';
export * from './grant/index.ts';
export * from './message/details.ts';
export * from './refusal/index.ts';
export * from './rights/index.ts';
export * from './trust/index.ts';
export * from './wire/index.ts';
export { type AllowedUse, checkGrantUse, type GrantUse, type GrantUseError } from './grant/check-grant-use.ts';
export { grantDetails, type MintedGrant, type MintingMeans, maximumGrantBytes, mintGrant } from './grant/mint-grant.ts';
export { GrantClaims, LeaseRenewal, StatusLease } from './grant/model.ts';
export { type LeaseError, SignedLease, signLease, verifyLease } from './grant/status-lease.ts';
export {
  createSubjectSealer,
  derivePublicKey,
  referenceInfo,
  type SubjectSealer,
  subjectInfo,
} from './grant/subject-sealer.ts';
export { type GrantError, type VerifiedGrant, verifyGrant } from './grant/verify-grant.ts';
export {
  type BothLanguages,
  describeRefusal,
  type Hop,
  isRuleName,
  REFUSALS,
  type Refusal,
  type RefusalProblem,
  type RefusalRule,
  type RuleName,
  toProblem,
  toXRoadError,
  type XRoadFault,
  xroadErrorType,
} from './refusal/index.ts';
export {
  areWellFormedHeaders,
  compileEndpoints,
  compileFieldFilter,
  compileGlob,
  digestHeaders,
  type Endpoint,
  type EndpointRights,
  type FieldFilter,
  type FieldList,
  type FilteredDocument,
  type FilterFailure,
  findSpoofedHeader,
  forwardRequestHeaders,
  forwardResponseHeaders,
  type HeaderSource,
  intersectFields,
  isFieldPath,
  isJsonMediaType,
  isNormalisedPath,
  type SplitPath,
  splitNormalisedPath,
} from './rights/index.ts';
export {
  acceptBundle,
  type BundleError,
  type BundleTrust,
  digestBundle,
  isBundleTooOld,
} from './trust/accept-bundle.ts';
export {
  Agreement,
  GatewayEntry,
  Member,
  SealedBundle,
  Service,
  ServicePolicy,
  Text,
  TrustBundle,
} from './trust/bundle-model.ts';
export { type BundleIndex, indexBundle, type TimedKey } from './trust/index-bundle.ts';
export { isSignedBy, type LogKey, readBundleKey, readLogKey, readVerifyingKey } from './trust/keys.ts';
export {
  checkLogProof,
  type HeadCheck,
  type LogProofError,
  openCheckpoint,
} from './trust/log-proof.ts';
export { sealBundle } from './trust/seal-bundle.ts';
