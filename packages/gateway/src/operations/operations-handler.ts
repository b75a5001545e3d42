/** The operations port: alive, ready and how much. On the loopback interface only; it speaks of the gateway, never of calls. */
import type { HttpHandler, HttpResponse } from '@minben/ports';
import type { Metrics } from './metrics.ts';
import { isReady, READINESS_REASONS, type ReadinessReasonName } from './readiness.ts';

export interface OperationsOptions {
  readonly metrics: Metrics;
  /** What stands against taking calls now; empty when nothing does. */
  check(): readonly ReadinessReasonName[];
}

/** `/healthz`: the process answers. `/readyz`: 200 or 503, with named reasons. `/metrics`: OpenMetrics text. */
export function createOperationsHandler({ metrics, check }: OperationsOptions): HttpHandler {
  return async ({ method, path }) => {
    if (method !== 'GET' && method !== 'HEAD')
      return answerProblem(405, '此埠僅供讀取，請用 GET。 This port is for reading: use GET.');
    switch (path.split('?', 1)[0]) {
      case '/healthz':
        return answerJson(200, { status: 'ok' });
      case '/readyz':
        return answerReadiness(check());
      case '/metrics':
        return {
          status: 200,
          headers: [['content-type', 'application/openmetrics-text; version=1.0.0; charset=utf-8']],
          body: Buffer.from(metrics.write()),
        };
      default:
        return answerProblem(404, '請改用 /healthz、/readyz 或 /metrics。 Ask for /healthz, /readyz or /metrics.');
    }
  };
}

function answerReadiness(names: readonly ReadinessReasonName[]): HttpResponse {
  const ready = isReady(names);
  return answerJson(ready ? 200 : 503, {
    status: ready ? 'ready' : 'not-ready',
    reasons: names.map((name) => ({ name, ...READINESS_REASONS[name] })),
  });
}

function answerJson(status: number, document: unknown): HttpResponse {
  return {
    status,
    headers: [
      ['content-type', 'application/json; charset=utf-8'],
      ['cache-control', 'no-store'],
    ],
    body: Buffer.from(JSON.stringify(document)),
  };
}

function answerProblem(status: number, title: string): HttpResponse {
  return {
    status,
    headers: [['content-type', 'application/problem+json']],
    body: Buffer.from(JSON.stringify({ type: 'about:blank', status, title })),
  };
}
