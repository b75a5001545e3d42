/** How an entry file and the test that started it speak: one order to begin, one report when the doors are open. */
import { createRealDisk, type Disk } from '@minben/ports';
import { createUnsyncedDisk, type UnsyncedDiskPlan } from '@minben/ports/faulty';

/** What every process is told first. `plan`: where its disk fails, and where it dies. */
export interface Order {
  readonly config: string;
  readonly plan: UnsyncedDiskPlan;
}

/**
 * Resolves with the order to begin; until then the process only has its modules loaded. It ends with the test that
 * started it.
 */
export function awaitOrder<T extends Order>(): Promise<T> {
  process.on('disconnect', () => process.exit(0));
  return new Promise((resolve) => process.once('message', (message) => resolve(message as T)));
}

/** What is appended stays in this process until it is synced, so that kill -9 loses what a power cut would lose. */
export function openForgetfulDisk({ plan }: Order): Disk {
  return createUnsyncedDisk(createRealDisk(), plan);
}

/** Where the doors are. */
export function report(ports: Readonly<Record<string, number>>): void {
  process.send?.({ ports });
}
