export { refuseToken, refuseUse } from './grant-rules.ts';
export { inspectRequest, inspectResponse, type RequestVerdict } from './inspect.ts';
export type {
  ArrivedMessage,
  ArrivedRequest,
  AwaitedAnswer,
  CheckRefusal,
  HeadStanding,
  HeardHead,
  Here,
  RequestInspection,
  ResponseInspection,
} from './inspection.ts';
export { MAXIMUM_BODY, MAXIMUM_HEADERS } from './sizes.ts';
