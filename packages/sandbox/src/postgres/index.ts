export { type Account, listAccounts } from './choose-account.ts';
export { locateCluster } from './cluster-paths.ts';
export {
  type PostgresFailure,
  type PostgresPorts,
  type PostgresStartOptions,
  type RunningPostgres,
  startPostgres,
} from './start-postgres.ts';
export { endPostgresAtOnce } from './stop-postgres.ts';
