import { run } from './run.ts';

const n = Number(process.argv[2] ?? 2);
const result = await run({
  seed: process.argv[3] ?? 'one',
  kills: { consumer: n, provider: n, registry: n, witness: n },
});
console.log(result.summary);
