/** Tries one law that needs no exchange, in a process whose sources may be changed: exit status 0 when it holds. */
import { inProcessLaws } from '../../law/in-process-laws.ts';
import type { Stage } from '../../law/model.ts';

const law = inProcessLaws.find(({ id }) => id === process.argv[2]);
if (law === undefined) throw new Error(`no such law: ${process.argv[2]}`);
try {
  await law.run({} as Stage, 't-road/1');
} catch (error) {
  process.stdout.write((error as Error).message);
  process.exitCode = 1;
}
