export {
  belongTogether,
  type GatewaySecrets,
  loadGatewayConfig,
  loadGatewaySecrets,
  splitCertificates,
} from './load-config.ts';
export { type Address, type GatewayConfig, GatewayFile } from './model.ts';
export { parseGatewayConfig } from './parse-config.ts';
export type { ConfigProblem } from './problems.ts';
