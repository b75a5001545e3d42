export { initGateway } from './init-gateway.ts';
export type { InitOptions, InitPorts, InitReport, InitStep } from './model.ts';
