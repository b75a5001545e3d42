import type { WireEvidence } from '@minben/exchange';

/** An empty proof: the frames of the bare pair keep their form and carry nothing that could be verified. */
export const NO_EVIDENCE: WireEvidence = {
  kind: 'response',
  salt: Buffer.alloc(32),
  details: Buffer.alloc(0),
  index: 0,
  size: 0,
  path: [],
};
