import type { RequestDetails } from '@minben/exchange';
import type { HeaderList } from '@minben/ports';
import type { Alteration, RequestPlan } from '../support/hostile-peer.ts';
import type { Binding } from '../support/wire.ts';
import { demand, demandRefused, type Law } from './model.ts';

interface RefusedRequest {
  readonly id: string;
  readonly rules: readonly number[];
  readonly name: string;
  readonly plan?: RequestPlan;
  readonly alter?: Alteration;
  readonly rule: string;
  readonly about?: string;
  readonly bindings?: readonly Binding[];
  /** A peer of the bundle by name; default the shared one. */
  readonly as?: string;
}

/** A law that a request, made rightly but for one thing, is refused by its rule and never reaches the agency. */
export function refusesRequest(law: RefusedRequest): Law {
  const { id, rules, name, plan, alter, rule, about, bindings } = law;
  return {
    id,
    rules,
    name,
    ...(bindings === undefined ? {} : { bindings }),
    needs: ['b1'],
    async run(stage, binding) {
      const peer = law.as === undefined ? await stage.peer() : await stage.named(law.as);
      const made = await peer.make(plan);
      const reply = await peer.send(binding, made, alter);
      demandRefused(reply, rule, about);
      demand(stage.cluster.agency.under(made.id).length === 0, 'nothing reached the agency');
    },
  };
}

export const changed =
  (changes: (details: RequestDetails) => Partial<RequestDetails>): ((details: RequestDetails) => RequestDetails) =>
  (details) => ({ ...details, ...changes(details) });
export const now = (): number => Math.floor(Date.now() / 1000);
export const FRAMED: readonly Binding[] = ['t-road/1'];
export const HTTP: readonly Binding[] = ['http/1.1'];
export const withHeader = (name: string, value: string): HeaderList => [
  ['accept', 'application/json'],
  [name, value],
];
export const flip = (bytes: Uint8Array, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};
