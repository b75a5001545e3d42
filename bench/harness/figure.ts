/** One measured figure, as it is printed: a JSON line for programs, a row of a table for people. */
export interface Figure {
  readonly name: string;
  /** Median over the rounds, in `unit`. */
  readonly value: number;
  readonly unit: string;
  /** The reference's median in the same rounds, same unit, and what it is. */
  readonly reference: number;
  readonly referenceName: string;
  /** Median of the rounds' own ratios, value ÷ reference. */
  readonly ratio: number;
  /** Rounds the medians are taken over, and how many ran in all. */
  readonly rounds: number;
  readonly roundsRun: number;
  /** True when too few rounds were free of load from outside: read the ratio, distrust the value. */
  readonly disturbed: boolean;
  /** Median CPU per request (or entry), of the measured processes only. */
  readonly cpuMicrosPerRequest: number;
  readonly referenceCpuMicrosPerRequest: number;
  /** Largest one-minute load average seen, and the median of processor cores used by programs that are not ours. */
  readonly loadAverage: number;
  readonly outsideCores: number;
  /** Answer times in milliseconds, medians over the rounds, where the measurement has them. */
  readonly latencyMs?: { readonly p50: number; readonly p99: number };
  readonly referenceLatencyMs?: { readonly p50: number; readonly p99: number };
  /** What the project wants to reach, and whether it does. */
  readonly goal?: string;
  readonly reached?: boolean;
  /** Why the figure must not be used; absent when it may. */
  readonly void?: string;
  /** Anything a reader must know to repeat it (load generator, connections, sizes). */
  readonly conditions: Readonly<Record<string, string | number | boolean>>;
}

/** Prints the figure's JSON line on standard output. */
export function printFigure(figure: Figure): void {
  process.stdout.write(`${JSON.stringify(round(figure))}\n`);
}

/** The figures once more as a table, on standard error so that standard output stays one JSON line per figure. */
export function printTable(figures: readonly Figure[]): void {
  const rows = figures.map((figure) => [
    figure.name,
    `${format(figure.value)} ${figure.unit}`,
    `${format(figure.reference)} (${figure.referenceName})`,
    figure.ratio.toFixed(3),
    `${format(figure.cpuMicrosPerRequest)} / ${format(figure.referenceCpuMicrosPerRequest)}`,
    figure.latencyMs === undefined ? '' : `${figure.latencyMs.p50.toFixed(2)} / ${figure.latencyMs.p99.toFixed(2)}`,
    `${figure.rounds} of ${figure.roundsRun}${figure.disturbed ? ' disturbed' : ''}`,
    figure.void === undefined ? describeGoal(figure) : `VOID: ${figure.void}`,
  ]);
  const head = ['figure', 'value', 'reference', 'ratio', 'CPU µs (ours / ref)', 'p50 / p99 ms', 'rounds', 'goal'];
  const table = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  for (const row of table)
    process.stderr.write(
      `${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    );
}

function describeGoal(figure: Figure): string {
  if (figure.goal === undefined) return '';
  return `${figure.goal}: ${figure.reached ? 'reached' : 'missed'}`;
}

function format(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}

function round(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? value : Number(value.toPrecision(5));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, round(member)]));
}
