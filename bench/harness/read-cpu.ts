/**
 * CPU time from the kernel's own books: of a process with all its descendants, and of the whole machine.
 * It is the second witness beside throughput: on a shared machine a rate moves with the neighbours, the CPU
 * spent per request hardly does.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Linux reports times in ticks of 1/100 s to every program, whatever the kernel's own timer does (proc(5), USER_HZ). */
const MICROSECONDS_PER_TICK = 10_000;

/** Microseconds of CPU used so far by the processes and their descendants, exited children they waited for included. */
export function readCpuMicros(roots: readonly number[]): number {
  const stats = readProcesses();
  const members = new Set(roots);
  // Children always have been started after their parents, but ids wrap around: repeat until nothing new is found.
  for (let grown = true; grown; ) {
    grown = false;
    for (const [pid, stat] of stats) {
      if (!members.has(pid) && members.has(stat.parent)) {
        members.add(pid);
        grown = true;
      }
    }
  }
  let ticks = 0;
  for (const pid of members) ticks += stats.get(pid)?.ticks ?? 0;
  return ticks * MICROSECONDS_PER_TICK;
}

/** Microseconds for which the machine's processors have been busy so far, time stolen by the hypervisor included. */
export function readMachineBusyMicros(): number {
  const line = readFileSync('/proc/stat', 'latin1').split('\n', 1)[0] ?? '';
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, soft = 0, stolen = 0] = line
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + interrupts + soft + stolen) * MICROSECONDS_PER_TICK;
}

function readProcesses(): Map<number, { parent: number; ticks: number }> {
  const found = new Map<number, { parent: number; ticks: number }>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readStat(name);
    if (stat !== undefined) found.set(Number(name), stat);
  }
  return found;
}

/** proc(5): the command stands in parentheses and may hold anything, so fields are counted from the last one. */
function readStat(pid: string): { parent: number; ticks: number } | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined; // It has exited since the directory was listed.
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const at = (field: number) => Number(fields[field - 3] ?? 0);
  return { parent: at(4), ticks: at(14) + at(15) + at(16) + at(17) };
}
