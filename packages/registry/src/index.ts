export { type BundleStore, openBundleStore, type StoredBundle } from './bundle/bundle-store.ts';
export { createPublisher, type HubFacts, type Publisher } from './bundle/publish-bundle.ts';
export type { SourceProblem } from './bundle/schema-problems.ts';
export { type CeremonyError, type CeremonyOrder, holdCeremony } from './ceremony/hold-ceremony.ts';
export { keyFile, recordFile } from './ceremony/key-places.ts';
export { type KeysError, type RegistryKeys, readKeys } from './ceremony/read-keys.ts';
export { type CeremonyRecord, keyOf, readRecord, spellFingerprint } from './ceremony/record.ts';
export { type RollError, rollBundleKey } from './ceremony/roll-bundle-key.ts';
export {
  createAuthority,
  createCertificateRequest,
  fingerprintOf,
  issueCertificate,
  type KeyedCertificate,
  signCertificateRequest,
} from './certificate-authority/authority.ts';
export { parseConfig, RegistryConfig } from './config.ts';
export { explainStart } from './explain-start.ts';
export type { CreatedGrant, GrantOrder, GrantOrderError } from './grants/create-grant.ts';
export type { GatewayOrder, RegisteredGateway } from './grants/register-gateway.ts';
export { createPseudonyms, type Pseudonyms } from './identity/pseudonym.ts';
export { type InitError, type InitOrder, initRegistry } from './init-registry.ts';
export { type Journal, openJournal } from './notes/journal.ts';
export { encodeNote, type RegistryNote } from './notes/note.ts';
export { openRegistry, type Registry, type RegistryOptions, type RegistryPorts } from './open-registry.ts';
export { type RunningRegistry, runRegistry, type StartError } from './run-registry.ts';
export {
  createStatusAuthority,
  type GatewayEffect,
  type StatusAuthority,
  type WithdrawalEffect,
} from './status/status-authority.ts';
export { StatusBook } from './status/status-book.ts';
