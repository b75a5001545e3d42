/** The figures of a gateway by name. Rules, outcomes and peers are labels; persons, paths and ids never are. */
import type { Counter, Family, Histogram, Metrics } from './metrics.ts';
import { SECONDS } from './metrics.ts';

export interface GatewayMetrics {
  /** Requests of own applications, by how they ended (`delivered`, `refused`, `not-sent`, `unknown`, `withheld`). */
  readonly sent: Family<Counter>;
  /** Requests of peers, by how they were answered. */
  readonly received: Family<Counter>;
  /** Refusals made here, by rule and hop. */
  readonly refusals: Family<Counter>;
  /** From the first byte of an application's request to the last of its answer. */
  readonly exchangeSeconds: Histogram;
  /** From the arrival of a peer's request to its answer, the register's time included. */
  readonly answerSeconds: Histogram;
}

export function createGatewayMetrics(metrics: Metrics): GatewayMetrics {
  const seconds = (name: string, help: string) => metrics.histogram(name, help, SECONDS).of();
  return {
    sent: metrics.counter('minben_requests_sent', 'Requests of own applications, by outcome.', ['outcome']),
    received: metrics.counter('minben_requests_received', 'Requests of peers, by outcome.', ['outcome']),
    refusals: metrics.counter('minben_refusals', 'Refusals made here, by rule and hop.', ['rule', 'hop']),
    exchangeSeconds: seconds('minben_exchange_seconds', 'Time from request to answer for own applications.'),
    answerSeconds: seconds('minben_answer_seconds', 'Time from request to answer for peers.'),
  };
}

/** Memory and processor time of the process, read when the metrics are. Only a real process has them. */
export function measureProcess(metrics: Metrics, process: Pick<NodeJS.Process, 'memoryUsage' | 'cpuUsage'>): void {
  metrics.read('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
  metrics.read('minben_process_cpu_seconds', 'Processor time used, user and system.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000_000;
  });
}
