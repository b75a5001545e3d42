export { type AllowedUse, checkGrantUse, type GrantUse, type GrantUseError } from './check-grant-use.ts';
export { grantDetails, type MintedGrant, type MintingMeans, maximumGrantBytes, mintGrant } from './mint-grant.ts';
export { GrantClaims, LeaseRenewal, StatusLease } from './model.ts';
export { type LeaseError, SignedLease, signLease, verifyLease } from './status-lease.ts';
export {
  createSubjectSealer,
  derivePublicKey,
  referenceInfo,
  type SubjectSealer,
  subjectInfo,
} from './subject-sealer.ts';
export { type GrantError, type VerifiedGrant, verifyGrant } from './verify-grant.ts';
