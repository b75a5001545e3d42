export { GrantClaims, LeaseRenewal, StatusLease } from './grant/model.ts';
export { Agreement, GatewayEntry, Member, SealedBundle, Service, ServicePolicy, Text, TrustBundle } from './trust/bundle-model.ts';
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
