import { rmSync } from 'node:fs';
import type { Clock } from '@minben/ports';
import { type ClusterPaths, locateCluster } from './cluster-paths.ts';
import { isServing, readPostmaster } from './read-postmaster.ts';

const PATIENCE_MS = 30_000;

/** Asks the server to end at once but orderly (SIGINT, "fast"), then without ceremony (SIGQUIT); waits until it is gone. */
export async function stopPostgres(paths: ClusterPaths, processId: number, clock: Clock): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    const began = clock.monotonic();
    if (isServing(processId, paths.data)) process.kill(processId, signal);
    while (isServing(processId, paths.data) && clock.monotonic() - began < PATIENCE_MS) {
      await new Promise<void>((resume) => clock.after(50, resume));
    }
  }
  rmSync(paths.socketDirectory, { recursive: true, force: true });
}

/** Ends the server of this folder without waiting (SIGQUIT, "immediate"): what was acknowledged is recovered at the next start. */
export function endPostgresAtOnce(directory: string): void {
  const located = locateCluster(directory);
  const live = located.ok ? readPostmaster(located.value.data) : undefined;
  if (live) process.kill(live.processId, 'SIGQUIT');
}
