export { formatSubmission, parseSubmission, type Submission } from './add-checkpoint.ts';
export {
  lastCheckpoint,
  type SubmissionOutcome,
  submitCheckpoint,
  type WitnessPlace,
  witnessAsHolder,
} from './client.ts';
export { createWitness, type Witness, type WitnessOptions } from './handler.ts';
export { type KeepWitnessedOptions, keepWitnessed } from './keep-witnessed.ts';
export { originDigest } from './records.ts';
