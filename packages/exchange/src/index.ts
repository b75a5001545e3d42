export * from './check/index.ts';
export * from './grant/index.ts';
export * from './message/details.ts';
export * from './refusal/index.ts';
export * from './rights/index.ts';
export * from './trust/index.ts';
export * from './wire/index.ts';
