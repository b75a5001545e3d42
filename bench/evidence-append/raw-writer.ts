/**
 * The reference: writes and fdatasyncs the very byte counts, in the very batches, that our log has just written,
 * and does nothing else. Blocking calls, because nothing is faster; one file, opened for appending.
 */
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { readSettings } from '../harness/run-process.ts';
import type { AppendRun } from './append-run.ts';

const settings = readSettings<{ file: string; batchesFile: string; entries: number }>();
const batches = JSON.parse(readFileSync(settings.batchesFile, 'utf8')) as number[];
const bytes = Buffer.alloc(Math.max(...batches), 0x5a);
const file = openSync(settings.file, 'a', 0o600);

const cpu = process.cpuUsage();
const start = performance.now();
for (const size of batches) {
  for (let written = 0; written < size; ) written += writeSync(file, bytes, written, size - written);
  fdatasyncSync(file);
}
const seconds = (performance.now() - start) / 1000;
const used = process.cpuUsage(cpu);
closeSync(file);

const run: AppendRun = {
  entries: settings.entries,
  seconds,
  cpuMicros: used.user + used.system,
  batches: batches.length,
};
process.stdout.write(`${JSON.stringify(run)}\n`);
