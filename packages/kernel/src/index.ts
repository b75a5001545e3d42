export {
  decodeBase64,
  decodeBase64Url,
  decodeHex,
  encodeBase64,
  encodeBase64Url,
  encodeHex,
} from './base64.ts';
export {
  type AgreementId,
  type Brand,
  type GatewayId,
  type GrantId,
  isIdPart,
  type LogOrigin,
  type MemberId,
  type MessageId,
  memberOf,
  type Pseudonym,
  type PurposeCode,
  parseAgreementId,
  parseGatewayId,
  parseGrantId,
  parseLogOrigin,
  parseMemberId,
  parseMessageId,
  parsePseudonym,
  parsePurposeCode,
  parseServiceId,
  parseSubsystemId,
  type ServiceId,
  type SubsystemId,
  subsystemOf,
} from './brand.ts';
export {
  canonicalize,
  type JsonObject,
  type JsonValue,
  maximumDepth,
  type NotCanonical,
  parseCanonical,
} from './canonical-json.ts';
export {
  type Bilingual,
  chooseLanguage,
  type Language,
  type Problem,
  problemMediaType,
  problemType,
  writeProblem,
} from './problem.ts';
export { type Failure, fail, type Result, type Success, succeed } from './result.ts';
export { makeUuid, parseUuid, timestampOf, type Uuid } from './uuid.ts';
