/** The sandbox's processes as an operator starts them: real children, a real database, real files. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const secret = 'a-secret-of-the-gateway-of-forty-characters';
const folder = mkdtempSync(join(tmpdir(), 'minben-test-'));
const file = (name: string) => join(folder, name);
const children: ChildProcess[] = [];
const output: string[] = [];

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function start(what: string, config: object, environment: Record<string, string> = {}): ChildProcess {
  writeFileSync(file(`${what}.json`), JSON.stringify(config));
  const { DATABASE_URL: _, ...own } = process.env;
  const child = spawn(process.execPath, [main, 'sandbox', what, file(`${what}.json`)], {
    env: { ...own, ...environment },
  });
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => output.push(text));
  children.push(child);
  return child;
}

const untilReady = (port: number) =>
  vi.waitFor(async () => expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200), {
    timeout: 60_000,
    interval: 100,
  });
const untilEnded = async (child: ChildProcess) => {
  await vi.waitFor(() => expect(child.exitCode ?? child.signalCode).not.toBeNull(), { timeout: 30_000, interval: 50 });
  return child.exitCode;
};

let postgres: ChildProcess;
let agency: Record<string, unknown>;
beforeAll(async () => {
  const port = await freePort();
  const databaseUrlFiles = { household: file('household-url'), vehicles: file('vehicles-url') };
  postgres = start('postgres', {
    directory: file('postgres'),
    operations: { host: '127.0.0.1', port },
    databaseUrlFiles,
  });
  await untilReady(port);
  writeFileSync(file('gateway-secret'), secret, { mode: 0o600 });
  agency = {
    agency: 'household',
    databaseUrlFile: databaseUrlFiles.household,
    host: '127.0.0.1',
    gatewaySecretFile: file('gateway-secret'),
    population: { seed: 'command', households: 60, villages: 30 },
  };
}, 90_000);

afterAll(async () => {
  for (const child of [...children].reverse()) {
    child.kill('SIGTERM');
    await untilEnded(child);
  }
  rmSync(folder, { recursive: true, force: true });
}, 90_000);

describe('minben sandbox', { timeout: 90_000 }, () => {
  it('gives each agency an address of its own that nobody else may read', () => {
    for (const agency of ['household', 'vehicles']) {
      expect(new URL(readFileSync(file(`${agency}-url`), 'utf8').trim()).username).toBe(agency);
      expect(statSync(file(`${agency}-url`)).mode & 0o077).toBe(0);
    }
  });

  it('runs an agency until it is asked to end, and ends with 0', async () => {
    const port = await freePort();
    const child = start('household', { ...agency, port });
    await untilReady(port);
    expect((await fetch(`http://127.0.0.1:${port}/registration`)).status).toBe(403);
    child.kill('SIGTERM');
    expect(await untilEnded(child)).toBe(0);
  });

  it('ends by itself when its supervisor is gone', async () => {
    const port = await freePort();
    const child = start('household', { ...agency, port }, { MINBEN_SUPERVISED: '1' });
    await untilReady(port);
    child.stdin?.end();
    expect(await untilEnded(child)).toBe(0);
    expect(output.join('')).toContain('"orphaned"');
  });

  it('refuses a file that names another agency, an unknown member, and a secret that others may read', async () => {
    expect(await untilEnded(start('vehicles', { ...agency, port: 0 }))).toBe(1);
    expect(await untilEnded(start('household', { ...agency, port: 0, extra: true }))).toBe(1);
    writeFileSync(file('open-secret'), secret, { mode: 0o644 });
    expect(await untilEnded(start('household', { ...agency, port: 0, gatewaySecretFile: file('open-secret') }))).toBe(
      1,
    );
    expect(output.join('')).toMatch(/chmod 600/);
  });

  it('stops the database with its process, and says no secret on the way', async () => {
    const pid = Number(readFileSync(join(folder, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
    postgres.kill('SIGTERM');
    expect(await untilEnded(postgres)).toBe(0);
    expect(existsSync(join(folder, 'postgres', 'data', 'postmaster.pid'))).toBe(false);
    expect(() => process.kill(pid, 0)).toThrow();
    const urls = ['household-url', 'vehicles-url'].map(
      (name) => new URL(readFileSync(file(name), 'utf8').trim()).password,
    );
    for (const hidden of [secret, ...urls, readFileSync(join(folder, 'postgres', 'secret'), 'utf8').trim()]) {
      expect(output.join('')).not.toContain(hidden);
    }
  });
});
