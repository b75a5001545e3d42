/**
 * `npm run bench -- <name> [--quick]`: runs one measurement (or `all`), prints one JSON line per figure on standard
 * output and what it is doing, with a table at the end, on standard error.
 */
import { parseArgs } from 'node:util';
import { type Figure, printFigure, printTable } from './harness/figure.ts';

/** What a measurement is told, and how it reports each figure as soon as it has one. */
export interface BenchOptions {
  /** Fewer and shorter rounds: to see that everything works, not to be quoted. */
  readonly quick: boolean;
  /** Download nginx into var/ when the machine has none. */
  readonly fetchNginx: boolean;
  readonly report: (figure: Figure) => void;
  readonly say: (text: string) => void;
}

const benches: Readonly<Record<string, () => Promise<(options: BenchOptions) => Promise<void>>>> = {
  'evidence-append': async () => (await import('./evidence-append/bench.ts')).benchEvidenceAppend,
  'gateway-pair': async () => (await import('./gateway-pair/pair-bench.ts')).benchGatewayPair,
  'bare-pair': async () => (await import('./gateway-pair/bare-bench.ts')).benchBarePair,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, 'fetch-nginx': { type: 'boolean', default: false } },
});
const names = positionals.includes('all') || positionals.length === 0 ? Object.keys(benches) : positionals;
const unknown = names.filter((name) => benches[name] === undefined);
if (unknown.length > 0) {
  process.stderr.write(`No bench named ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}, all.\n`);
  process.exit(2);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const figures: Figure[] = [];
const options: BenchOptions = {
  quick: values.quick,
  fetchNginx: values['fetch-nginx'],
  report: (figure) => {
    figures.push(figure);
    printFigure(figure);
  },
  say: (text) => process.stderr.write(`${text}\n`),
};
try {
  for (const name of names) {
    options.say(`bench ${name}${values.quick ? ' (quick: not to be quoted)' : ''}`);
    const run = await benches[name]?.();
    await run?.(options);
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
if (figures.length > 0) printTable(figures);
if (figures.some((figure) => figure.void !== undefined)) process.exitCode = 1;
