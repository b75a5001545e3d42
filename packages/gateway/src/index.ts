export {
  type ConfigProblem,
  type GatewayConfig,
  type GatewayFile,
  type GatewaySecrets,
  loadGatewayConfig,
  loadGatewaySecrets,
  parseGatewayConfig,
} from './config/index.ts';
export { type BundleKeeper, type BundleKeeperMeans, createBundleKeeper } from './core/bundle-keeper.ts';
export type { ApplicationAnswer, Caller } from './core/call.ts';
export type { TileWitness } from './core/heads.ts';
export { decodeNote, type Note } from './core/notes.ts';
export { type CorePorts, type CoreSetup, type GatewayCore, openCore } from './core/open-core.ts';
export type { ApplicationCall } from './core/plan-call.ts';
export type { RegisterCall, RegisterDoor } from './core/register-port.ts';
export { createMemoryStore, openSqliteStore } from './index-store/index.ts';
export { type InitOptions, type InitPorts, type InitReport, type InitStep, initGateway } from './init/index.ts';
export { createHttpDoor } from './links/http-door.ts';
export { createPeerTiles, type PeerTiles } from './peer-tiles.ts';
export { type GatewayPorts, type RunningGateway, runGateway } from './run-gateway.ts';
