import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type MeasuredRound, measureRounds, type RunResult, summariseRounds } from './measure-pair.ts';
import { median, percentile } from './median.ts';
import { readCpuMicros, readMachineBusyMicros } from './read-cpu.ts';

const side = (name: string, run: () => RunResult) => ({ name, pids: [], run: async () => run() });
const round = (value: number, reference: number, outsideCores = 0): MeasuredRound => ({
  value: { value, count: 1, cpuMicros: 1 },
  reference: { value: reference, count: 1, cpuMicros: 1 },
  cpuMicrosPerRequest: 1,
  referenceCpuMicrosPerRequest: 1,
  outsideCores,
  loadAverage: 0,
});

describe('medians', () => {
  it('takes the middle value, whatever the order', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(percentile([10, 20, 30, 40, 50], 1)).toBe(50);
  });

  it('refuses to invent a value out of none', () => {
    expect(() => median([])).toThrow();
  });
});

describe('rounds', () => {
  it('lets each side go first in turn', async () => {
    const order: string[] = [];
    const note = (name: string) => () => {
      order.push(name);
      return { value: 1, count: 1, cpuMicros: 1 };
    };
    await measureRounds(side('ours', note('ours')), side('reference', note('reference')), { rounds: 2 });
    expect(order.slice(0, 4)).toEqual(['reference', 'ours', 'ours', 'reference']);
  });

  it('never runs more than twice the rounds that were asked for', async () => {
    let runs = 0;
    const count = () => {
      runs += 1;
      return { value: 1, count: 1, cpuMicros: 1 };
    };
    await measureRounds(side('ours', count), side('reference', count), { rounds: 3 });
    expect(runs).toBeLessThanOrEqual(12);
  });

  it('takes the ratio within each round, so that a slow machine slows both', () => {
    const figure = summariseRounds('x', 'u', 'ref', [round(10, 100), round(50, 100), round(2, 4)], 3);
    expect(figure.ratio).toBe(0.5);
    expect(figure.value).toBe(10);
  });

  it('leaves out rounds in which others took the processors, while enough clean ones remain', () => {
    const rounds = [round(1, 2), round(1, 2), round(1, 2), round(90, 100, 1.5)];
    expect(summariseRounds('x', 'u', 'ref', rounds, 3)).toMatchObject({
      ratio: 0.5,
      rounds: 3,
      roundsRun: 4,
      disturbed: false,
    });
    const noisy = [round(1, 2, 1), round(1, 2, 1), round(1, 2)];
    expect(summariseRounds('x', 'u', 'ref', noisy, 3)).toMatchObject({ rounds: 3, disturbed: true });
  });

  it('voids the figure when one run of either side was void', () => {
    const bad: MeasuredRound = { ...round(1, 2), reference: { value: 2, count: 1, void: 'an answer with status 500' } };
    expect(summariseRounds('x', 'u', 'ref', [round(1, 2), bad, round(1, 2)], 3).void).toBe('an answer with status 500');
  });
});

describe('processor time', () => {
  it('counts what a child of a child burns', async () => {
    const burn = `const end = process.cpuUsage().user + 300000; while (process.cpuUsage().user < end); process.stdin.resume();`;
    const nest = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(burn)}], { stdio: 'inherit' });`;
    const child = spawn(
      process.execPath,
      ['-e', `${nest} process.stdin.resume(); process.stdin.on('end', () => process.exit());`],
      {
        stdio: ['pipe', 'ignore', 'inherit'],
      },
    );
    const before = readMachineBusyMicros();
    try {
      for (let tries = 0; tries < 400 && readCpuMicros([child.pid ?? 0]) < 300_000; tries += 1) await wait(25);
      expect(readCpuMicros([child.pid ?? 0])).toBeGreaterThanOrEqual(300_000);
      expect(readMachineBusyMicros()).toBeGreaterThan(before);
    } finally {
      const gone = once(child, 'exit');
      child.stdin.end();
      await gone;
    }
  });
});
