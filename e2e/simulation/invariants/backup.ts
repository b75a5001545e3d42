/** I8: a disk that was set back never appends again. */
import type { World } from '@minben/ports/simulated';
import type { Process } from '../processes.ts';
import type { RunningGateway } from '../start-gateway.ts';

/** Sets the machine back to `backup`, taken at a time when its log held `size` entries, and lets it try to go on. */
export async function checkBackup(
  world: World,
  process: Process<RunningGateway>,
  backup: { restore(): void; size: number } | undefined,
): Promise<string[]> {
  const final = process.current?.core.log.head.size ?? 0;
  if (backup === undefined || backup.size >= final) return [];
  process.crash(1_000);
  backup.restore();
  await world.pass(3_500);
  const log = process.current?.core.log;
  if (log === undefined) return [];
  const broken: string[] = [];
  if (log.state.name !== 'refusing')
    broken.push(`I8 ${process.machine}, set back from ${final} to ${backup.size} entries, is ${log.state.name}`);
  const appended = await world.run(
    log.append(Buffer.alloc(32)).then(
      () => true,
      () => false,
    ),
  );
  if (appended) broken.push(`I8 ${process.machine} appended after it was set back`);
  return broken;
}
