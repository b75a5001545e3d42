export type { DiskFault, DiskOperation } from '../simulated/disk-faults.ts';
export type { Death, DeathAtPoint, DeathWithinSync } from './deaths.ts';
export { createFaultProxy, type Direction, type FaultProxy, type Place, type ProxyFaults } from './proxy.ts';
export { createUnsyncedDisk, type UnsyncedDiskPlan } from './unsynced-disk.ts';
