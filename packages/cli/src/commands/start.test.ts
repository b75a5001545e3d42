/** What the README promises of a bare clone: one command brings everything up, three more show a proven call. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRealClock } from '@minben/ports';
import { generatePopulation } from '@minben/sandbox';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { awaitFreePorts } from '../supervisor/await-free-ports.ts';
import { type PortPlan, planPorts } from '../supervisor/ports.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'minben-test-'));
const households = 150;
const output: string[] = [];
let base = 20_000 + (process.pid % 200) * 50;
let child: ChildProcess;

function start(): ChildProcess {
  const { DATABASE_URL: _, ...own } = process.env;
  const environment = { ...own, PORT: String(base), MINBEN_VAR: folder, MINBEN_HOUSEHOLDS: String(households) };
  output.length = 0;
  const started = spawn(process.execPath, [main, 'start'], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [started.stdout, started.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
  }
  return started;
}

const said = () => output.join('');
const untilReady = () =>
  vi.waitFor(() => expect(said()).toContain('Everything is ready'), { timeout: 150_000, interval: 200 });
const untilEnded = async (ended: ChildProcess) => {
  await vi.waitFor(() => expect(ended.exitCode ?? ended.signalCode).not.toBeNull(), { timeout: 90_000, interval: 100 });
  return ended.exitCode;
};
const plan = () => planPorts(String(base)) as PortPlan;
const freed = (patienceMs: number) => awaitFreePorts(plan(), patienceMs, createRealClock());

/** The README's three commands as they stand there, at this test's ports and folder. */
function readTour(): string[] {
  const readme = readFileSync(fileURLToPath(new URL('../../../../README.md', import.meta.url)), 'utf8');
  const block = /<!-- tour -->[\s\S]*?```sh\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  return block
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) =>
      line
        .replace('127.0.0.1:8112', `127.0.0.1:${plan().vehicles.consumer}`)
        .replaceAll('var/try', `${folder}/try`)
        .replace('./minben.mjs', `'${process.execPath}' '${main}'`),
    );
}
const shell = (text: string) => execFileSync('/bin/sh', ['-c', text], { encoding: 'utf8', cwd: folder });

beforeAll(async () => {
  while ((await freed(0)).length > 0) base += 50;
  child = start();
  await untilReady();
}, 200_000);

afterAll(async () => {
  child.kill('SIGTERM');
  await untilEnded(child);
  rmSync(folder, { recursive: true, force: true });
}, 120_000);

describe('minben start', { timeout: 300_000 }, () => {
  it('answers the call of the readme with the fields of the agreement, and its receipt verifies off-line', () => {
    const [call = '', receive = '', verify = '', ...rest] = readTour();
    expect(rest).toEqual([]);
    const answer = shell(call);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    const document = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as Record<string, unknown>;
    expect(Object.keys(document).sort()).toEqual(['address', 'name', 'status']);
    shell(receive);
    expect(shell(verify)).toContain('every claim holds');
    const receipt = readFileSync(join(folder, 'receipt.json'), 'utf8');
    expect((JSON.parse(receipt) as { entries: unknown[] }).entries).toHaveLength(2);
    writeFileSync(join(folder, 'forged.json'), receipt.replace('vehicle-owner', 'vehicle-other'));
    expect(() => shell(verify.replace('receipt.json', 'forged.json'))).toThrow();
  });

  it('shows in its log neither numbers nor names of persons, nor a secret', () => {
    const { residents } = generatePopulation({ seed: 'minben', households });
    for (const { nationalNumber, name } of residents) {
      expect(said()).not.toContain(nationalNumber);
      expect(said()).not.toContain(name.registered);
    }
    for (const file of ['registry/operator.token', 'system-household/gateway-secret', 'postgres/secret']) {
      expect(said()).not.toContain(readFileSync(join(folder, file), 'utf8').trim());
    }
  });

  it('shows neither numbers nor names of persons in figures, on public ports or in refusals', async () => {
    const { registry, hub, household, vehicles, witness } = plan();
    const asked = [
      ...[registry.operator, hub.operations, household.operations, vehicles.operations].flatMap((port) => [
        `${port}/metrics`,
        `${port}/readyz`,
      ]),
      ...[hub.public, household.public, vehicles.public].flatMap((port) => [
        `${port}/tlog/checkpoint`,
        `${port}/tlog/tile/entries/000.p/1`,
        `${port}/conflicts`,
      ]),
      `${registry.public}/bundle?after=0&wait=0`,
      `${witness.public}/readyz`,
      `${vehicles.consumer}/r1/TW/GOV/HOUSEHOLD/register/residents/nothing-here`,
    ];
    const { residents } = generatePopulation({ seed: 'minben', households });
    for (const address of asked) {
      const answer = await fetch(`http://127.0.0.1:${address}`, {
        headers: { 'x-road-client': 'TW/GOV/VEHICLES/register' },
      });
      const shown = `${JSON.stringify([...answer.headers])} ${await answer.text()}`;
      const found = residents.filter(
        ({ nationalNumber, name }) => shown.includes(nationalNumber) || shown.includes(name.registered),
      );
      expect(found, address).toEqual([]);
    }
  });

  it('leaves no process behind when it is killed, and comes up again with the same keys', async () => {
    const ceremony = readFileSync(join(folder, 'registry/keys/ceremony.json'), 'utf8');
    child.kill('SIGKILL');
    await untilEnded(child);
    expect(await freed(60_000)).toEqual([]);
    child = start();
    await untilReady();
    expect(readFileSync(join(folder, 'registry/keys/ceremony.json'), 'utf8')).toBe(ceremony);
    expect(shell(readTour()[0] ?? '')).toContain('"address"');
  });

  it('refuses to start where its ports are taken', async () => {
    const second = start();
    expect(await untilEnded(second)).toBe(1);
    expect(said()).toContain('PORT=');
  });

  it('ends everything in order when asked', async () => {
    child.kill('SIGTERM');
    expect(await untilEnded(child)).toBe(0);
    expect(await freed(0)).toEqual([]);
  });
});
