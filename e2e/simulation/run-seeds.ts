/** Runs seeds `from`, `from` + `step`, … below `to`, one line of JSON for each: `node e2e/simulation/run-seeds.ts <from> <to> [<step>]`. */
import { runSeed } from './run-seed.ts';

const [from = 0, to = 10, step = 1] = process.argv.slice(2).map(Number);
for (let seed = from; seed < to; seed += step) {
  try {
    const { lines: _, ...report } = await runSeed(seed);
    process.stdout.write(`${JSON.stringify(report)}\n`);
  } catch (error) {
    const violations = [`the run broke: ${error instanceof Error ? error.stack : 'unknown'}`];
    process.stdout.write(
      `${JSON.stringify({ seed, hash: '', exchanges: 0, ended: 0, delivered: 0, faults: 0, struck: [], violations })}\n`,
    );
  }
}
