/** Every law, on both bindings where a binding plays a part, over real processes and real mutual TLS. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { BINDINGS } from '../support/wire.ts';
import { type Law, type Stage, setStage } from './model.ts';
import { laws } from './rules.ts';

const PROTOCOL_RULES = [...Array.from({ length: 19 }, (_, at) => at + 1), 23, 24];

let cluster: Cluster;
let stage: Stage;

beforeAll(async () => {
  cluster = await startCluster({ peers: 40 });
  stage = setStage(cluster);
});

afterAll(async () => {
  await stage?.close();
  await cluster?.stop();
});

async function tryLaw(law: Law, binding: (typeof BINDINGS)[number]): Promise<void> {
  if (law.ruins !== true) {
    stage.turn();
    return law.run(stage, binding);
  }
  const own = await startCluster({ gateways: law.needs, peers: 2 });
  const ownStage = setStage(own);
  try {
    await law.run(ownStage, binding);
  } finally {
    await ownStage.close();
    await own.stop();
  }
}

for (const binding of BINDINGS) {
  describe(`an exchange over ${binding}`, () => {
    for (const law of laws) {
      if (!(law.bindings ?? BINDINGS).includes(binding)) continue;
      it(`${law.name} (PROTOCOL ${law.rules.join(', ')})`, async () => {
        await expect(tryLaw(law, binding)).resolves.toBeUndefined();
      });
    }
  });
}

describe('an exchange, whatever its binding,', () => {
  for (const law of laws.filter(({ bindings }) => bindings?.length === 0)) {
    it(`${law.name} (PROTOCOL ${law.rules.join(', ')})`, async () => {
      await expect(tryLaw(law, 't-road/1')).resolves.toBeUndefined();
    });
  }

  it('leaves no bug in any process', () => {
    for (const { child, name } of (['a', 'a-http', 'b1', 'b2'] as const).map((each) => cluster.gateway(each))) {
      const bugs = child.lines.filter(({ event }) => event === 'internal-error' || event === 'handler-failed');
      expect([name, bugs, child.troubles]).toEqual([name, [], []]);
    }
  });
});

describe('the list of laws', () => {
  it('gives every law a name of its own', () => {
    expect(new Set(laws.map(({ id }) => id)).size).toBe(laws.length);
    expect(new Set(laws.map(({ name }) => name)).size).toBe(laws.length);
  });

  it('covers every rule of the protocol that requests and answers are under', () => {
    const covered = new Set(laws.flatMap(({ rules }) => rules));
    expect(PROTOCOL_RULES.filter((rule) => !covered.has(rule))).toEqual([]);
  });
});
