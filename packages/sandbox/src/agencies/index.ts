export { prepareAgencyDatabase } from './frame/database.ts';
export type { AgencyCode, AgencyConfig, AgencyPorts, EnrolmentConfig } from './frame/model.ts';
export { type RunningAgency, runAgency } from './run-agency.ts';
