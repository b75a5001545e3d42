import { createServer } from 'node:net';
import type { Clock } from '@minben/ports';
import type { PortPlan } from './ports.ts';

/**
 * Waits until every planned port is free, since processes of a supervisor that was killed need a moment to end.
 * Returns the ports that are still taken after `patienceMs`.
 */
export async function awaitFreePorts(plan: PortPlan, patienceMs: number, clock: Clock): Promise<number[]> {
  const ports = Object.values(plan).flatMap((uses) => Object.values(uses) as number[]);
  const began = clock.monotonic();
  for (;;) {
    const free = await Promise.all(ports.map(isFree));
    const taken = ports.filter((_, at) => !free[at]);
    if (taken.length === 0 || clock.monotonic() - began > patienceMs) return taken;
    await new Promise<void>((resume) => clock.after(250, resume));
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
