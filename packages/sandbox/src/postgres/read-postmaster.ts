/**
 * Reads `postmaster.pid`: is a server alive on this data directory, and is it ready? A number alone proves
 * nothing (it may have been given to another process), so the process's own command line must name the directory.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Postmaster {
  readonly processId: number;
  readonly ready: boolean;
}

/** The live server of this data directory, or undefined. */
export function readPostmaster(data: string): Postmaster | undefined {
  const lines = readOrEmpty(join(data, 'postmaster.pid')).split('\n');
  const processId = Number(lines[0]);
  if (!Number.isInteger(processId) || processId <= 1 || !isServing(processId, data)) return undefined;
  return { processId, ready: lines[7]?.trim() === 'ready' };
}

/** Whether the process lives (a zombie does not) and was started on this data directory. */
export function isServing(processId: number, data: string): boolean {
  const state = readOrEmpty(`/proc/${processId}/stat`)
    .replace(/^.*\) /s, '')
    .charAt(0);
  if (state === '' || state === 'Z' || state === 'X') return false;
  return readOrEmpty(`/proc/${processId}/cmdline`).split('\0').includes(data);
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
