/** Ports for the package's own tests: the machine's own, with log lines kept for looking at. */
import { createJsonLogger, createRealClock, createRealNetwork, createRealRandom } from '@minben/ports';
import type { AgencyPorts } from '../agencies/index.ts';

export interface TestPorts extends AgencyPorts {
  readonly lines: string[];
}

export function makeTestPorts(): TestPorts {
  const lines: string[] = [];
  const clock = createRealClock();
  const log = createJsonLogger((line) => lines.push(line), clock);
  return { lines, clock, random: createRealRandom(), network: createRealNetwork(), log };
}
