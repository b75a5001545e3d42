/** A process that appends numbered records over a faulty disk and says of each, on stdout, that it is durable. */
import { createRealDisk } from '../real/disk.ts';
import { createUnsyncedDisk, type UnsyncedDiskPlan } from './unsynced-disk.ts';

const [path = '', plan = '{}', manner = 'synced'] = process.argv.slice(2);
const disk = createUnsyncedDisk(createRealDisk(), JSON.parse(plan) as UnsyncedDiskPlan);
const file = await disk.openAppend(path);
try {
  for (let record = 0; ; record += 1) {
    await file.append(Buffer.from(`record ${String(record).padStart(6, '0')}\n`));
    if (manner === 'synced') await file.sync();
    process.stdout.write(`${record}\n`);
  }
} catch (error) {
  process.stdout.write(`${(error as NodeJS.ErrnoException).code}\n`);
}
