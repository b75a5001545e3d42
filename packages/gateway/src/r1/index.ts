export {
  answerAllowedMethods,
  answerListClients,
  answerListMethods,
  answerOpenApi,
  findDescribedService,
} from './meta-services.ts';
export {
  forwardR1Headers,
  isListClients,
  type MetaService,
  parseR1Call,
  type R1Call,
  type R1Refusal,
} from './parse-call.ts';
export type { ClientId, RepresentedParty } from './parse-identifiers.ts';
export { type AnsweredCall, type HashedRequest, hashR1Request, writeR1ResponseHeaders } from './response-headers.ts';
