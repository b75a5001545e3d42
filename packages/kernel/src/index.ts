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
export { type BusinessNumber, parseBusinessNumber } from './check-digit/business-number.ts';
export { completeNationalId, type NationalId, parseNationalId } from './check-digit/national-id.ts';
export {
  completeResidentCertificateNumber,
  parseResidentCertificateNumber,
  type ResidentCertificateNumber,
  residentCertificateFormOf,
} from './check-digit/resident-certificate.ts';
export { toHalfWidth } from './full-width.ts';
export { formatInstant, type Instant, instantOf, parseInstant, secondsOf } from './instant.ts';
export {
  addDays,
  addMonths,
  type DateParts,
  dateAt,
  daysBetween,
  daysInMonth,
  isLeapYear,
  type LocalDate,
  makeLocalDate,
  parseLocalDate,
  partsOf,
  startOf,
  taiwanOffsetMinutes,
} from './local-date.ts';
export {
  type Bilingual,
  chooseLanguage,
  type Language,
  type Problem,
  problemMediaType,
  problemType,
  writeProblem,
} from './problem.ts';
export { findPurpose, type Purpose } from './purpose.ts';
export { type Failure, fail, type Result, type Success, succeed } from './result.ts';
export {
  commonYearOf,
  formatCompactRocDate,
  formatRocDate,
  parseRocDate,
  type RocYear,
  rocYearOf,
} from './roc-calendar.ts';
export { parseRole, type Role, roles } from './role.ts';
export { makeUuid, parseUuid, timestampOf, type Uuid } from './uuid.ts';
