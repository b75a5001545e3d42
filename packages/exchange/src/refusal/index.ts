export {
  describeRefusal,
  type Hop,
  type Refusal,
  type RefusalProblem,
  toProblem,
  toXRoadError,
  xroadErrorType,
} from './answer.ts';
export type { BothLanguages, RefusalRule, XRoadFault } from './describe.ts';
export { isRuleName, REFUSALS, type RuleName } from './table.ts';
