export { GrantClaims, LeaseRenewal, StatusLease } from './grant/model.ts';
export { Agreement, GatewayEntry, Member, SealedBundle, Service, ServicePolicy, Text, TrustBundle } from './trust/bundle-model.ts';
