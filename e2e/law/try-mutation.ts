/** Runs the laws that a mutation names on an exchange in which only the concerned processes load the changed text. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startCluster } from '../support/cluster.ts';
import type { GatewayName } from '../support/plan.ts';
import type { Binding } from '../support/wire.ts';
import { type Law, setStage } from './model.ts';
import type { CheckMutation } from './mutations.ts';
import { lawOf } from './rules.ts';

export interface Verdict {
  /** The law that went red, and why; undefined when the mutation survived. */
  readonly red: string | undefined;
}

/** The first law that goes red ends it. */
export async function tryMutation(mutation: CheckMutation): Promise<Verdict> {
  const laws = mutation.laws.map(lawOf);
  const alone = laws.filter(({ inProcess }) => inProcess === true);
  for (const law of alone) {
    const red = tryAlone(law, mutation);
    if (red !== undefined) return { red: `${law.id}: ${red}` };
  }
  const others = laws.filter(({ inProcess }) => inProcess !== true);
  return others.length === 0 ? { red: undefined } : tryOnExchange(others, mutation);
}

/** One binding is enough: what differs between the two has mutations of its own. */
export function bindingOf(law: Law, mutation: CheckMutation): Binding {
  return mutation.binding ?? law.bindings?.[0] ?? 't-road/1';
}

function gatewaysFor(law: Law, binding: Binding): GatewayName[] {
  const other: GatewayName = binding === 't-road/1' ? 'a-http' : 'a';
  return law.needs.filter((name) => name !== other);
}

async function tryOnExchange(laws: readonly Law[], mutation: CheckMutation): Promise<Verdict> {
  const gateways = [...new Set(laws.flatMap((law) => gatewaysFor(law, bindingOf(law, mutation))))];
  const cluster = await startCluster({ gateways, peers: 12, mutation });
  const stage = setStage(cluster);
  try {
    for (const law of laws) {
      try {
        await law.run(stage, bindingOf(law, mutation));
      } catch (error) {
        return { red: `${law.id}: ${(error as Error).message}` };
      }
    }
    return { red: undefined };
  } finally {
    await stage.close();
    await cluster.stop();
  }
}

function tryAlone(law: Law, mutation: CheckMutation): string | undefined {
  const entry = fileURLToPath(new URL('../support/entries/law.ts', import.meta.url));
  const hooks = new URL('../../tools/mutate/register.mjs', import.meta.url).href;
  const { NODE_OPTIONS: _options, ...environment } = process.env;
  const run = spawnSync(process.execPath, ['--import', hooks, entry, law.id], {
    env: { ...environment, MINBEN_MUTATION: JSON.stringify(mutation) },
    encoding: 'utf8',
  });
  if (run.status !== 0 && run.stdout === '') throw new Error(`the law did not run: ${run.stderr}`);
  return run.status === 0 ? undefined : run.stdout;
}
