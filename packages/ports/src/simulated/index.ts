export { createTestAuthority, type TestAuthority } from './certificates.ts';
export type { DiskFault, DiskOperation } from './disk-faults.ts';
export type { CutPhase, Link, NetworkFaultRates } from './links.ts';
export type { Machine, Ports } from './machine.ts';
export { createPrng, type Prng } from './prng.ts';
export type { Trace, TraceLine } from './trace.ts';
export { createWorld, type World, type WorldOptions } from './world.ts';
