/** An application of the city: calls its own gateway over X-Road r1, as plain HTTP clients do. */
import type { HeaderList } from '@minben/ports';
import type { Cluster, GatewayName } from './cluster.ts';
import { CITY_CLIENT, REGISTER } from './plan.ts';
import { problemOf } from './wire.ts';

export interface ApplicationPlan {
  readonly gateway?: GatewayName;
  /** Whole service id; default the register's `open`. */
  readonly service?: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: HeaderList;
  readonly body?: string | Uint8Array;
  readonly client?: string;
}

export interface ApplicationAnswer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
  /** Of a refusal. */
  readonly rule: string | undefined;
  readonly hop: string | undefined;
  header(name: string): string | undefined;
}

export async function callThrough(cluster: Cluster, plan: ApplicationPlan = {}): Promise<ApplicationAnswer> {
  const { service = `${REGISTER}/open`, path = '/people/1', client = CITY_CLIENT, body } = plan;
  const { consumer } = cluster.gateway(plan.gateway ?? 'a').ports;
  const answer = await cluster.network.request({
    method: plan.method ?? 'GET',
    url: `http://127.0.0.1:${consumer}/r1/${service}${path}`,
    headers: [['x-road-client', client], ...(plan.headers ?? [])],
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
    timeoutMs: 40_000,
  });
  const json = problemOf(answer.body) ?? {};
  const header = (name: string): string | undefined => answer.headers.find(([known]) => known === name)?.[1];
  const isRefused = header('x-road-error') !== undefined;
  return {
    status: answer.status,
    headers: answer.headers,
    text: Buffer.from(answer.body).toString(),
    json,
    rule: isRefused ? String(json['rule']) : undefined,
    hop: isRefused ? String(json['hop']) : undefined,
    header,
  };
}
