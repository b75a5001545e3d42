import { createWorld } from '@minben/ports/simulated';
import { describe, expect, it } from 'vitest';
import { CITY, CLIENT, HOUSEHOLD, planNation, SERVICE } from './nation.ts';
import { startGateway } from './start-gateway.ts';
import { startHub, startWitness } from './start-hub.ts';

const call = {
  client: CLIENT,
  service: SERVICE,
  method: 'GET',
  path: '/registration?x=1',
  headers: [['accept', 'application/json']] as const,
  body: new Uint8Array(),
  messageId: undefined,
  purpose: undefined,
  grant: undefined,
  gateway: undefined,
};

describe('an exchange in a simulated nation', () => {
  for (const binding of ['t-road/1', 'http/1.1'] as const) {
    it(`delivers the agreed fields and nothing else over ${binding}`, async () => {
      const world = createWorld('smoke');
      const nation = planNation(world);
      await world.run(startWitness(nation));
      await world.run(startHub(nation));
      const provider = await world.run(startGateway(nation, HOUSEHOLD, { binding }));
      const consumer = await world.run(startGateway(nation, CITY, { binding }));
      await world.pass(2_000);
      const answer = await world.run(consumer.core.caller.call(call));
      expect(answer).toMatchObject({ kind: 'delivered', status: 200 });
      if (answer.kind !== 'delivered') return;
      expect(JSON.parse(Buffer.from(answer.body).toString())).toEqual({
        name: '王小明',
        address: { county: '臺北市' },
      });
      expect(provider.core.log.head.size).toBe(1);
      expect(consumer.core.log.head.size).toBe(1);
    });
  }
});
