export type { Appended, EvidenceLog, Hash, LogState, SignedHead } from './contract.ts';
