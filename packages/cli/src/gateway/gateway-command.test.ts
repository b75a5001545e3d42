/** An engineer's way from an empty folder to a first call: the real command, a real registry, a real witness. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createVerifierKey,
  createWitness,
  formatVerifierKey,
  parseVerifierKey,
  type VerifierKey,
} from '@minben/evidence';
import { createSubjectSealer } from '@minben/exchange';
import {
  createFileSigner,
  createRealClock,
  createRealDisk,
  createRealNetwork,
  createRealRandom,
  generateKeyFile,
  type Listener,
  type RealNetwork,
} from '@minben/ports';
import { initRegistry, keyOf, parseConfig, type RunningRegistry, runRegistry } from '@minben/registry';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { run } from '../commands/gateway.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'minben-test-'));
const at = (name: string) => join(folder, name);
const children: ChildProcess[] = [];
const witnessed = new Map<string, VerifierKey>();
const WAIT = { timeout: 60_000, interval: 100 };

let network: RealNetwork;
let witness: Listener;
let registry: RunningRegistry;
let keys: string[];
let firstPort: number;

beforeAll(async () => {
  network = createRealNetwork();
  witness = await startWitness();
  ({ registry, keys } = await startRegistry());
  firstPort = await findFreePorts(4);
}, 60_000);

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await registry?.close(100);
  await witness?.close(100);
  await network?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('minben gateway', { timeout: 120_000 }, () => {
  it('explains itself when it is called wrongly', async () => {
    for (const args of [
      [],
      ['init'],
      ['start'],
      ['start', 'a', 'b'],
      ['init', '--folder', 'x', '--unknown'],
      ['nothing', 'x'],
    ]) {
      const { status, text } = await minben(...args);
      expect(status).toBe(2);
      expect(text).toContain('Usage:');
    }
  });

  it('trusts no keys that people have not handed over', async () => {
    const { status, text } = await init();
    expect(status).toBe(1);
    expect(text).toContain('✗ trust');
    expect(text).toContain(keys[1]);
    expect(existsSync(at('gw1/gateway.json'))).toBe(false);
  });

  it('refuses a registry that shows another key', async () => {
    const { status, text } = await init('--bundle-key', 'A'.repeat(43), ...keys.slice(2));
    expect(status).toBe(1);
    expect(text).toContain('bundle-untrusted-key');
    expect(existsSync(at('gw1/gateway.json'))).toBe(false);
  });

  it('keeps a configuration that pins other keys than those given, and says so', async () => {
    await init(...keys);
    const { status, text } = await init('--bundle-key', 'A'.repeat(43), ...keys.slice(2));
    expect(status).toBe(1);
    expect(text).toContain('pins other keys');
    expect(readFileSync(at('gw1/gateway.json'), 'utf8')).toContain(keys[1]);
  });

  it('makes the keys once, for their owner only', async () => {
    const files = ['log.pem', 'sealing.pem', 'transport.pem', 'register-secret'].map((name) => at(`gw1/keys/${name}`));
    const before = files.map((file) => readFileSync(file, 'utf8'));
    await init(...keys);
    expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(before);
    for (const file of files) expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('hands over a registration where there is no operator token, and says where the certificate goes', async () => {
    const { status, text } = await init(...keys);
    expect(status).toBe(1);
    expect(text).toContain('✓ trust');
    expect(text).toContain('✗ registration');
    expect(text).toContain(at('gw1/certificate.pem'));
    expect(JSON.parse(readFileSync(at('gw1/registration.json'), 'utf8'))).toMatchObject({
      id: 'TW/GOV/A01/gw1',
      member: 'TW/GOV/A01',
      address: `127.0.0.1:${firstPort}`,
      request: expect.stringMatching(/^-----BEGIN CERTIFICATE REQUEST/),
    });
  });

  it('shows what the registry says when it refuses', async () => {
    writeFileSync(at('wrong-token'), 'x'.repeat(43));
    const { status, text } = await init(
      ...keys,
      '--operator',
      operatorUrl(),
      '--operator-token-file',
      at('wrong-token'),
    );
    expect(status).toBe(1);
    expect(text).toMatch(/401.*權杖.*token is missing or wrong/s);
  });

  it('registers, and is ready to start', async () => {
    const { status, text } = await init(...keys, ...operator());
    expect(text).not.toContain('✗ registration');
    expect(status).toBe(0);
    expect(text).toContain('✓ test-call');
    expect(readFileSync(at('gw1/certificate.pem'), 'utf8')).toMatch(/^-----BEGIN CERTIFICATE/);
  });

  it('changes nothing when it is run again', async () => {
    const files = ['gateway.json', 'certificate.pem', 'keys/transport.pem'].map((name) => at(`gw1/${name}`));
    const before = files.map((file) => readFileSync(file, 'utf8'));
    const { status, text } = await init(...keys);
    expect(status).toBe(0);
    expect(text).toContain('✓ registration');
    expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(before);
  });

  it('says that a gateway is not running', async () => {
    const { status, text } = await minben('status', at('gw1/gateway.json'));
    expect(status).toBe(1);
    expect(text).toContain('not running');
  });

  it('starts, answers the call that init ended with, and stops in order', async () => {
    const { text } = await init(...keys);
    const order = JSON.parse(readFileSync(at('gw1/registration.json'), 'utf8')) as { origin: string; logKey: string };
    const logKey = parseVerifierKey(order.logKey);
    if (logKey.ok) witnessed.set(order.origin, logKey.value);
    const gateway = start('start', at('gw1/gateway.json'));
    await vi.waitFor(
      async () =>
        expect(await minben('status', at('gw1/gateway.json'))).toEqual({ status: 0, text: expect.any(String) }),
      WAIT,
    );

    const call = /curl -sS -H '(X-Road-Client): ([^']+)' (\S+allowedMethods)/.exec(text);
    if (call === null) throw new Error('no call to try');
    const answer = await fetch(call[3] as string, { headers: { [call[1] as string]: call[2] as string } });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ service: [] });

    const ended = new Promise((resolve) => gateway.once('exit', resolve));
    gateway.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  it('names every problem of a configuration, and starts nothing', async () => {
    const config = JSON.parse(readFileSync(at('gw1/gateway.json'), 'utf8'));
    writeFileSync(at('gw1/bad.json'), JSON.stringify({ ...config, origin: 'has space', timeoutMs: 1 }));
    const { status, text } = await minben('start', at('gw1/bad.json'));
    expect(status).toBe(1);
    expect(text).toContain('origin: ');
    expect(text).toContain('timeoutMs: ');
  });
});

function init(...more: string[]) {
  const registryUrl = `http://127.0.0.1:${registry.ports.public}`;
  return minben(
    'init',
    '--folder',
    at('gw1'),
    '--gateway',
    'TW/GOV/A01/gw1',
    '--registry',
    registryUrl,
    '--first-port',
    String(firstPort),
    ...more,
  );
}

function operatorUrl(): string {
  return `http://127.0.0.1:${registry.ports.operator}`;
}

function operator(): string[] {
  return ['--operator', operatorUrl(), '--operator-token-file', at('registry/operator.token')];
}

function start(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [main, 'gateway', ...args], { stdio: 'ignore' });
  children.push(child);
  return child;
}

/** Runs the command in this process; what it prints is its answer. */
async function minben(...args: string[]): Promise<{ status: number; text: string }> {
  const lines: string[] = [];
  const spies = (['log', 'error'] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation((line) => void lines.push(String(line))),
  );
  try {
    const status = await run(args);
    return { status, text: lines.join('\n') };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

async function startWitness(): Promise<Listener> {
  const disk = createRealDisk();
  await disk.makeDirectory(at('witness'));
  await generateKeyFile(disk, at('witness.key'), 'ed25519');
  const { handler } = await createWitness({
    name: 'witness.example',
    signer: createFileSigner(readFileSync(at('witness.key'), 'utf8')),
    clock: createRealClock(),
    keysOf: (origin) => {
      const key = witnessed.get(origin);
      return key === undefined ? undefined : [key];
    },
    disk,
    directory: at('witness'),
    logger: () => undefined,
  });
  return network.serve({ host: '127.0.0.1', port: 0 }, handler);
}

async function startRegistry(): Promise<{ registry: RunningRegistry; keys: string[] }> {
  const disk = createRealDisk();
  const ports = {
    disk,
    clock: createRealClock(),
    random: createRealRandom(),
    network,
    log: () => undefined,
    sealer: createSubjectSealer(),
  };
  const order = {
    instance: 'TW',
    origin: 'hub.example/log',
    witnesses: ['test'],
    firstPort: 0,
    host: '127.0.0.1',
    sandbox: true,
  };
  const record = await initRegistry(at('registry'), order, ports);
  if (!record.ok) throw new Error(record.error);
  const keyPath = readFileSync(at('witness.key'), 'utf8');
  const witnessKey = formatVerifierKey(
    createVerifierKey('witness.example', 'witness', createFileSigner(keyPath).publicKey),
  );
  writeJson('registry/sources/witnesses/w.json', {
    name: 'witness.example',
    key: witnessKey,
    url: `http://127.0.0.1:${witness.port}`,
  });
  writeJson('registry/sources/members/a01.json', {
    id: 'TW/GOV/A01',
    name: { 'zh-TW': '測試機關', en: 'Test agency' },
    sector: 'a01',
    subsystems: ['portal'],
  });
  const logKey = createVerifierKey(
    'hub.example/log',
    'log',
    Buffer.from(keyOf(record.value, 'log').public, 'base64url'),
  );
  witnessed.set(logKey.name, logKey);
  const config = parseConfig(readFileSync(at('registry/registry.json'), 'utf8'), at('registry'));
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  const running = await runRegistry(config.value, ports);
  if (!running.ok) throw new Error(JSON.stringify(running.error));
  expect(await running.value.started).toBe(true);
  return {
    registry: running.value,
    keys: ['--bundle-key', keyOf(record.value, 'bundle').public, '--hub-log-key', formatVerifierKey(logKey)],
  };
}

function writeJson(name: string, value: unknown): void {
  writeFileSync(at(name), JSON.stringify(value));
}

/** The first of `count` ports in a row that are free now. */
async function findFreePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const first = await listenOn(0);
    const rest = await Promise.all(
      Array.from({ length: count - 1 }, (_, offset) => listenOn(first + offset + 1).catch(() => 0)),
    );
    if (rest.every((port) => port > 0)) return first;
  }
  throw new Error('no free ports in a row');
}

function listenOn(port: number): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const { port: found } = server.address() as { port: number };
      server.close(() => resolve(found));
    });
  });
}
