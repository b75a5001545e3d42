import { run } from './run.ts';

const n = Number(process.argv[3] ?? 2);
const result = await run({
  seed: process.argv[4] ?? 'one',
  kills: { [process.argv[2] as 'registry']: n },
  stopsAtFirst: true,
});
console.log(result.summary);
