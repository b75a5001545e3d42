export * from './agencies/index.ts';
export * from './population/index.ts';
export {
  endPostgresAtOnce,
  type PostgresFailure,
  type PostgresPorts,
  type PostgresStartOptions,
  type RunningPostgres,
  startPostgres,
} from './postgres/index.ts';
