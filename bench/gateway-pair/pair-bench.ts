/**
 * Two gateways that exchange with proof, durable on both sides, against a pair of nginx and against our own pair
 * without evidence.
 */
import type { BenchOptions } from '../main.ts';
import { startBarePair } from './bare/start-pair.ts';
import { watchEvidence } from './exchange/check-evidence.ts';
import { CLIENT, PATH, SERVICE } from './exchange/registry-files.ts';
import { type Exchange, startExchange } from './exchange/start-exchange.ts';
import { type Goals, type LoadedPair, measureLoad } from './measure-load.ts';
import { startReference } from './start-reference.ts';

const GOALS: Goals = { ratio: { 32: 0.15, 128: 0.2 }, addedMs: 3 };

export async function benchGatewayPair(options: BenchOptions): Promise<void> {
  const reference = await startReference(options);
  const stops: (() => Promise<void>)[] = [reference.stop];
  try {
    const exchange = await startExchange(reference.backend.port);
    stops.push(exchange.stop);
    const bare = await startBarePair(reference.certificates, reference.backend.port);
    stops.push(bare.provider.stop, bare.consumer.stop);
    const barePair: LoadedPair = {
      name: 'our pair without evidence',
      port: bare.port,
      path: PATH,
      headers: {},
      pids: [bare.consumer.pid, bare.provider.pid],
    };
    const helpers = [reference.backend.pid, ...exchange.helpers];
    const bytes = reference.answer.length;
    const ours = loadExchange(exchange);
    await measureLoad('gateway-pair', ours, reference.nginxPair, bytes, helpers, GOALS, options);
    await measureLoad('gateway-pair-without-evidence', ours, barePair, bytes, helpers, { ratio: {} }, options);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** An application of the consumer calls the provider's service through its own gateway, as X-Road's r1 has it. */
export function loadExchange(exchange: Exchange): LoadedPair {
  const port = exchange.consumer.ports.consumer;
  const path = `/r1/${SERVICE}${PATH}`;
  const headers = { 'X-Road-Client': CLIENT };
  const sample = async (): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
    await answer.arrayBuffer();
    return answer.headers.get('t-road-message-id') ?? '';
  };
  return {
    name: 'gateway pair',
    port,
    path,
    headers,
    pids: [exchange.consumer.pid, exchange.provider.pid],
    watch: (seconds) => watchEvidence(exchange, sample, seconds),
  };
}
