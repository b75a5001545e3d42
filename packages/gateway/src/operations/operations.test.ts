import type { HttpRequest } from '@minben/ports';
import { describe, expect, it } from 'vitest';
import {
  createGatewayMetrics,
  createMetrics,
  createOperationsHandler,
  measureProcess,
  READINESS_REASONS,
  type ReadinessReasonName,
} from './index.ts';
import { MAXIMUM_SERIES } from './metrics.ts';

describe('metrics', () => {
  it('are OpenMetrics that a strict parser reads', () => {
    const metrics = createMetrics();
    const gateway = createGatewayMetrics(metrics);
    measureProcess(metrics, process);
    gateway.refusals.of('no-agreement', 'provider-gateway').add();
    gateway.refusals.of('no-agreement', 'provider-gateway').add(2);
    gateway.refusals.of('quote"back\\slash\nline', 'hub').add();
    metrics.gauge('bundle_version', 'Version.').of().set(7);
    for (const value of [0.0004, 0.0005, 0.002, 100]) gateway.exchangeSeconds.observe(value);
    const samples = parseOpenMetrics(metrics.write());
    expect(samples.get('minben_refusals_total{rule="no-agreement",hop="provider-gateway"}')).toBe(3);
    expect(samples.get('minben_refusals_total{rule="quote\\"back\\\\slash\\nline",hop="hub"}')).toBe(1);
    expect(samples.get('bundle_version')).toBe(7);
    expect(samples.get('minben_exchange_seconds_bucket{le="0.0005"}')).toBe(2);
    expect(samples.get('minben_exchange_seconds_bucket{le="0.0025"}')).toBe(3);
    expect(samples.get('minben_exchange_seconds_bucket{le="10.0"}')).toBe(3);
    expect(samples.get('minben_exchange_seconds_bucket{le="+Inf"}')).toBe(4);
    expect(samples.get('minben_exchange_seconds_count')).toBe(4);
    expect(samples.get('minben_exchange_seconds_sum')).toBeCloseTo(100.0029);
    expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(1e6);
  });

  it('keep labels of a histogram beside its bounds', () => {
    const metrics = createMetrics();
    metrics.histogram('sizes', 'Sizes.', [1, 2], ['kind']).of('a').observe(2);
    expect(parseOpenMetrics(metrics.write()).get('sizes_bucket{kind="a",le="2.0"}')).toBe(1);
  });

  it('leave out what cannot be read now', () => {
    const metrics = createMetrics();
    metrics.read('lease_left_seconds', 'Left.', () => undefined);
    expect(metrics.write()).toBe('# EOF\n');
  });

  it('count series beyond the limit together, so that no peer can fill the memory', () => {
    const metrics = createMetrics();
    const family = metrics.counter('calls', 'Calls.', ['peer']);
    for (let peer = 0; peer < MAXIMUM_SERIES + 50; peer += 1) family.of(`peer-${peer}`).add();
    const samples = parseOpenMetrics(metrics.write());
    expect(samples.size).toBe(MAXIMUM_SERIES + 1);
    expect(samples.get('calls_total{peer="other"}')).toBe(50);
  });

  it('refuse bad names, a second metric of one name, wrong labels and bounds that do not rise', () => {
    const metrics = createMetrics();
    metrics.counter('calls', 'Calls.');
    expect(() => metrics.gauge('calls', 'Calls.')).toThrow(/exists/);
    expect(() => metrics.gauge('Bad-Name', '')).toThrow(/name/);
    expect(() => metrics.gauge('a', '', ['b-c'])).toThrow(/label/);
    expect(() => metrics.gauge('b', '', ['x']).of()).toThrow(/labels/);
    expect(() => metrics.histogram('c', '', [1, 1])).toThrow(/rise/);
  });
});

describe('the operations port', () => {
  const ask = async (path: string, reasons: readonly ReadinessReasonName[] = [], method = 'GET') => {
    const handler = createOperationsHandler({ metrics: createMetrics(), check: () => reasons });
    const answer = await handler({ method, path, headers: [], body: Buffer.alloc(0) } satisfies HttpRequest);
    return { ...answer, text: Buffer.from(answer.body).toString() };
  };

  it('says that the process is alive', async () => {
    expect(await ask('/healthz', ['log-refusing'])).toMatchObject({ status: 200, text: '{"status":"ok"}' });
  });

  it('says ready when nothing stands against it, or only warnings do', async () => {
    expect(await ask('/readyz')).toMatchObject({ status: 200, text: '{"status":"ready","reasons":[]}' });
    expect(await ask('/readyz?verbose', ['lease-lapsed'])).toMatchObject({
      status: 200,
      text: expect.stringContaining('"lease-lapsed"'),
    });
  });

  it.each(Object.keys(READINESS_REASONS) as ReadinessReasonName[])(
    'tells %s with what to do, in zh-TW and English',
    async (name) => {
      const { status, text } = await ask('/readyz', [name]);
      const document = JSON.parse(text);
      expect(status).toBe(READINESS_REASONS[name].effect === 'stops' ? 503 : 200);
      expect(document.reasons[0].name).toBe(name);
      for (const said of [document.reasons[0].title, document.reasons[0].remedy]) {
        expect(said['zh-TW']).toMatch(/^[^A-Za-z].*。$/);
        expect(said.en).toMatch(/^[A-Z].*\.$/);
      }
    },
  );

  it('shows metrics under their media type', async () => {
    const { headers, text } = await ask('/metrics');
    expect(headers).toContainEqual(['content-type', 'application/openmetrics-text; version=1.0.0; charset=utf-8']);
    expect(text).toMatch(/# EOF\n$/);
  });

  it('answers nothing else', async () => {
    expect((await ask('/')).status).toBe(404);
    expect((await ask('/metrics/x')).status).toBe(404);
    expect((await ask('/metrics', [], 'POST')).status).toBe(405);
  });
});

/** Reads OpenMetrics 1.0 text by its grammar; throws on anything that is not in it. */
function parseOpenMetrics(text: string): Map<string, number> {
  if (!text.endsWith('# EOF\n')) throw new Error('no end');
  const suffixes: Record<string, string[]> = {
    counter: ['_total'],
    gauge: [''],
    histogram: ['_bucket', '_count', '_sum'],
  };
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  let family = '';
  for (const line of text.split('\n').slice(0, -2)) {
    const type = /^# TYPE ([a-z][a-z0-9_]*) (counter|gauge|histogram)$/.exec(line);
    if (type) {
      family = type[1] as string;
      if (types.has(family)) throw new Error(`${family} twice`);
      types.set(family, type[2] as string);
      continue;
    }
    if (/^# HELP ([a-z][a-z0-9_]*) (?:[^\\\n"]|\\[\\n"])+$/.exec(line)?.[1] === family) continue;
    const sample =
      /^([a-z][a-z0-9_]*)(\{(?:[a-z][a-z0-9_]*="(?:[^\\\n"]|\\[\\n"])*"(?:,(?!\}))?)+\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[+-]Inf|NaN)$/.exec(
        line,
      );
    if (!sample) throw new Error(`not a line of OpenMetrics: ${line}`);
    const name = sample[1] as string;
    if (!suffixes[types.get(family) as string]?.some((suffix) => name === family + suffix))
      throw new Error(`${name} outside ${family}`);
    const key = name + (sample[2] ?? '');
    if (samples.has(key)) throw new Error(`${key} twice`);
    samples.set(key, Number(sample[3]));
  }
  return samples;
}
