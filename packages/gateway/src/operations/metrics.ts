/**
 * Figures that a gateway shows of itself, as OpenMetrics 1.0 text. Counting costs an addition: labels are looked up once,
 * when `of` hands out the series, not per call. Labels are names of rules, outcomes, bindings and peers; never
 * anything from a call. A metric takes at most `MAXIMUM_SERIES` label sets; further ones are counted together as `other`.
 */

export interface Counter {
  add(amount?: number): void;
}
export interface Gauge {
  set(value: number): void;
}
export interface Histogram {
  /** Seconds, or bytes: whatever the metric's name says. */
  observe(value: number): void;
}

/** A metric with labels: `of` finds or makes the series of these label values, in the order of the label names. */
export interface Family<Series> {
  of(...labelValues: string[]): Series;
}

export interface Metrics {
  /** `name` without `_total`. */
  counter(name: string, help: string, labels?: readonly string[]): Family<Counter>;
  gauge(name: string, help: string, labels?: readonly string[]): Family<Gauge>;
  histogram(name: string, help: string, bounds: readonly number[], labels?: readonly string[]): Family<Histogram>;
  /** A gauge that is read when the metrics are; undefined leaves it out. */
  read(name: string, help: string, value: () => number | undefined): void;
  /** OpenMetrics 1.0 text, ending in `# EOF`. */
  write(): string;
}

/** Bounds in seconds for answers that take between half a millisecond and ten seconds. */
export const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
export const MAXIMUM_SERIES = 1000;

const NAME = /^[a-z][a-z0-9_]*$/;

export function createMetrics(): Metrics {
  const writers = new Map<string, () => string>();

  const register = (name: string, write: () => string): void => {
    if (!NAME.test(name)) throw new Error(`not a metric name: ${name}`);
    if (writers.has(name)) throw new Error(`the metric ${name} exists already`);
    writers.set(name, write);
  };

  return {
    counter(name, help, labels = []) {
      const series = createFamily(labels, createCell);
      register(
        name,
        () => head(name, 'counter', help) + series.write((set, cell) => line(`${name}_total`, set, cell.value)),
      );
      return series;
    },
    gauge(name, help, labels = []) {
      const series = createFamily(labels, createCell);
      register(name, () => head(name, 'gauge', help) + series.write((set, cell) => line(name, set, cell.value)));
      return series;
    },
    histogram(name, help, bounds, labels = []) {
      if (bounds.some((bound, at) => at > 0 && bound <= (bounds[at - 1] as number)))
        throw new Error(`the bounds of ${name} must rise`);
      const series = createFamily(labels, () => createDistribution(bounds));
      register(
        name,
        () => head(name, 'histogram', help) + series.write((set, cell) => writeDistribution(name, set, bounds, cell)),
      );
      return series;
    },
    read(name, help, value) {
      register(name, () => {
        const now = value();
        return now === undefined ? '' : head(name, 'gauge', help) + line(name, '', now);
      });
    },
    write: () => `${[...writers.values()].map((write) => write()).join('')}# EOF\n`,
  };
}

interface Cell extends Counter, Gauge {
  value: number;
}

function createCell(): Cell {
  return {
    value: 0,
    add(amount = 1) {
      this.value += amount;
    },
    set(value) {
      this.value = value;
    },
  };
}

interface Distribution extends Histogram {
  readonly counts: Float64Array;
  sum: number;
}

function createDistribution(bounds: readonly number[]): Distribution {
  return {
    counts: new Float64Array(bounds.length + 1),
    sum: 0,
    observe(value) {
      let at = 0;
      while (at < bounds.length && value > (bounds[at] as number)) at += 1;
      this.counts[at] = (this.counts[at] as number) + 1;
      this.sum += value;
    },
  };
}

function createFamily<Series>(labels: readonly string[], create: () => Series) {
  const series = new Map<string, Series>();
  for (const label of labels) if (!NAME.test(label)) throw new Error(`not a label name: ${label}`);
  const find = (values: readonly string[]): Series => {
    const set = writeLabels(labels, values);
    const known = series.get(set);
    if (known !== undefined) return known;
    const isFull = series.size >= MAXIMUM_SERIES && values.some((value) => value !== 'other');
    if (isFull) return find(labels.map(() => 'other'));
    const made = create();
    series.set(set, made);
    return made;
  };
  // Without labels there is one series, and it stands there from the start with its zero.
  if (labels.length === 0) find([]);
  return {
    of(...values: string[]): Series {
      if (values.length !== labels.length) throw new Error(`expected the labels ${labels.join(', ')}`);
      return find(values);
    },
    write: (writeOne: (set: string, one: Series) => string) =>
      [...series].map(([set, one]) => writeOne(set, one)).join(''),
  };
}

function writeDistribution(
  name: string,
  set: string,
  bounds: readonly number[],
  { counts, sum }: Distribution,
): string {
  let text = '';
  let below = 0;
  for (let at = 0; at <= bounds.length; at += 1) {
    below += counts[at] as number;
    const bound = at === bounds.length ? '+Inf' : writeFloat(bounds[at] as number);
    text += line(`${name}_bucket`, set === '' ? `le="${bound}"` : `${set},le="${bound}"`, below);
  }
  return `${text}${line(`${name}_count`, set, below)}${line(`${name}_sum`, set, sum)}`;
}

function writeLabels(labels: readonly string[], values: readonly string[]): string {
  return labels.map((label, at) => `${label}="${escapeText(values[at] as string)}"`).join(',');
}

function head(name: string, type: string, help: string): string {
  return `# TYPE ${name} ${type}\n# HELP ${name} ${escapeText(help)}\n`;
}

function line(name: string, set: string, value: number): string {
  return `${name}${set === '' ? '' : `{${set}}`} ${writeNumber(value)}\n`;
}

function escapeText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

function writeNumber(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

/** Bounds of buckets carry a decimal point (OpenMetrics 1.0, considerations for canonical numbers). */
function writeFloat(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
