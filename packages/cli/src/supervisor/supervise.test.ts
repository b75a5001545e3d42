import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRealClock, createRealNetwork } from '@minben/ports';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { orderProcesses } from './check-table.ts';
import { type ProcessSpec, TIMES } from './model.ts';
import { planPorts } from './ports.ts';
import { splitLines } from './split-lines.ts';
import { type Supervisor, supervise } from './supervise.ts';

const times = { ...TIMES, firstPauseMs: 20, longestPauseMs: 100, pollMs: 20, patienceMs: 10_000 };
const network = createRealNetwork();
const clock = createRealClock();
const shown: string[] = [];
let folder: string;
let supervisor: Supervisor | undefined;

/** A process that notes in a common file when it starts and ends, and is ready when it listens. */
const program = `
  const { appendFileSync } = require('node:fs');
  const [file, name, port, manner] = process.argv.slice(1);
  const note = (word) => appendFileSync(file, name + ' ' + word + '\\n');
  note('started');
  console.log('first line of ' + name);
  if (manner === 'stubborn') process.on('SIGTERM', () => note('asked'));
  else process.on('SIGTERM', () => setTimeout(() => { note('ended'); process.exit(0); }, 30));
  process.stdin.on('end', () => { note('orphaned'); process.exit(0); }).resume();
  setTimeout(() => require('node:http').createServer((_, answer) => answer.end('ok')).listen(Number(port), '127.0.0.1', () => note('listening')), 50);
`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function makeSpec(name: string, after: string[] = [], manner = 'orderly'): Promise<ProcessSpec> {
  const port = await freePort();
  return {
    name,
    after,
    command: [process.execPath, '-e', program, notes(), name, String(port), manner],
    readyUrl: `http://127.0.0.1:${port}/readyz`,
  };
}

const notes = () => join(folder, 'notes');
const readNotes = () => readFileSync(notes(), 'utf8').trim().split('\n');
const start = (specs: ProcessSpec[], changed = {}) => {
  supervisor = supervise(
    specs,
    { clock, network, show: (from, line) => shown.push(`${from} ${line}`) },
    { ...times, ...changed },
  );
  return supervisor;
};
const isAlive = (processId: number) => {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'minben-test-'));
  shown.length = 0;
});
afterEach(async () => {
  supervisor?.kill();
  for (const child of supervisor?.children() ?? [])
    await vi.waitFor(() => expect(child.processId()).toBeUndefined(), 20_000);
  rmSync(folder, { recursive: true, force: true });
});

describe('the supervisor', { timeout: 60_000 }, () => {
  it('starts each process when those it stands on are ready, and ends it before them', async () => {
    const running = start([
      await makeSpec('top', ['middle']),
      await makeSpec('middle', ['bottom']),
      await makeSpec('bottom'),
    ]);
    expect(await running.ready).toBe(true);
    await running.stop();
    const steps = ['bottom', 'middle', 'top'].flatMap((name) => [`${name} started`, `${name} listening`]);
    expect(readNotes()).toEqual([...steps, 'top ended', 'middle ended', 'bottom ended']);
    expect(shown).toContain('top first line of top');
  });

  it('starts a process again that was killed', async () => {
    const running = start([await makeSpec('only')]);
    await running.ready;
    const [child] = running.children();
    const before = child?.processId() as number;
    process.kill(before, 'SIGKILL');
    await vi.waitFor(() => expect(readNotes().filter((note) => note === 'only listening')).toHaveLength(2), 20_000);
    expect(child?.processId()).not.toBe(before);
    expect(shown.some((line) => line.includes('ended (SIGKILL)'))).toBe(true);
  });

  it('waits longer and longer between the starts of a process that keeps ending', async () => {
    const spec = { ...(await makeSpec('broken')), command: [process.execPath, '-e', 'process.exit(3)'] as const };
    const running = start([spec]);
    await vi.waitFor(() => expect(running.children()[0]?.starts()).toBeGreaterThanOrEqual(6), 30_000);
    const pauses = shown.flatMap((line) => /again in (\d+) ms/.exec(line)?.[1] ?? []).map(Number);
    expect(pauses.slice(0, 5)).toEqual([20, 40, 80, 100, 100]);
    expect(shown[0]).toContain('status 3');
    await running.stop();
    expect(await running.ready).toBe(false);
  });

  it('kills a process that does not end when asked', async () => {
    const running = start([await makeSpec('mule', [], 'stubborn')], { patienceMs: 300 });
    await running.ready;
    const processId = running.children()[0]?.processId() as number;
    await running.stop();
    expect(isAlive(processId)).toBe(false);
    expect(readNotes()).toContain('mule asked');
  });

  it('does not start what stands on a process that never became ready', async () => {
    const bottom = {
      ...(await makeSpec('bottom')),
      command: [process.execPath, '-e', 'setInterval(() => {}, 1000)'] as const,
    };
    const running = start([bottom, await makeSpec('top', ['bottom'])]);
    await vi.waitFor(() => expect(running.children()).toHaveLength(1));
    await running.stop();
    expect(await running.ready).toBe(false);
    expect(running.children().map((child) => child.spec.name)).toEqual(['bottom']);
  });
});

describe('the table of processes', () => {
  const spec = (name: string, after: string[] = [], readyUrl = `http://127.0.0.1/${name}`): ProcessSpec => ({
    name,
    after,
    command: ['true'],
    readyUrl,
  });

  it.each([
    ['name-used-twice', [spec('a'), spec('a', [], 'http://127.0.0.1/b')]],
    ['address-used-twice', [spec('a'), spec('b', [], 'http://127.0.0.1/a')]],
    ['unknown-predecessor', [spec('a', ['b'])]],
    ['circular-order', [spec('a', ['b']), spec('b', ['a'])]],
  ] as const)('is refused with %s', (error, specs) => {
    expect(orderProcesses(specs)).toEqual({ ok: false, error });
  });
});

describe('the plan of ports', () => {
  it('derives every port from PORT, none twice', () => {
    const plan = planPorts('9000');
    const ports = Object.values(plan ?? {}).flatMap((uses) => Object.values(uses));
    expect(new Set(ports).size).toBe(ports.length);
    expect(Math.min(...ports)).toBe(9000);
    expect(planPorts(undefined)?.registry.public).toBe(8080);
  });

  it.each(['0', '65530', 'http', '80.5', '-1'])('refuses %s', (text) => {
    expect(planPorts(text)).toBeUndefined();
  });
});

describe('lines of a process', () => {
  it('are passed on whole, however they were cut', () => {
    const lines: string[] = [];
    const split = splitLines((line) => lines.push(line));
    for (const piece of ['on', 'e\ntwo\nth', 'ree']) split.write(piece);
    split.end();
    expect(lines).toEqual(['one', 'two', 'three']);
  });
});
