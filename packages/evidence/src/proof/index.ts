export { proveEntry } from './prove-entry.ts';
export { formatProof, type ProofError, parseProof, type TlogProof } from './tlog-proof.ts';
