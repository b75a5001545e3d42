/** The registry as an operator runs it: real processes, killed without warning, over real files. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVerifierKey, createWitness, formatVerifierKey } from '@minben/evidence';
import { indexBundle, verifyGrant } from '@minben/exchange';
import { completeNationalId } from '@minben/kernel';
import { createFileSigner, createRealClock, createRealDisk, createRealNetwork } from '@minben/ports';
import { createCertificateRequest, keyOf, readRecord } from '@minben/registry';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'minben-registry-'));
const file = (name: string) => join(folder, name);
const configFile = file('hub/registry.json');
const ORIGIN = 'hub.example/log';
const CANARY = completeNationalId('A12345678');
const network = createRealNetwork();
const output: string[] = [];
let running: ChildProcess | undefined;

const minben = (args: string[], input = '') =>
  spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', input });
const source = (name: string, value: object) => writeFileSync(file(`hub/sources/${name}`), JSON.stringify(value));

/** Starts the process and writes the ports it took into its configuration, so that the commands find it. */
async function start(): Promise<Record<'public' | 'leases' | 'operator' | 'identity', number>> {
  const lines: string[] = [];
  const child = spawn(process.execPath, [main, 'registry', 'run', configFile]);
  running = child;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      lines.push(text);
      output.push(text);
    });
  }
  const find = (event: string) =>
    lines
      .join('')
      .split('\n')
      .find((line) => line.includes(`"${event}"`));
  await vi.waitFor(() => expect(find('registry-ready'), lines.join('')).toBeDefined(), {
    timeout: 30_000,
    interval: 50,
  });
  const ports = JSON.parse(find('registry-listens') ?? '{}');
  const config = JSON.parse(readFileSync(configFile, 'utf8'));
  for (const door of ['public', 'leases', 'operator', 'identity']) config[door].port = ports[door];
  writeFileSync(configFile, JSON.stringify(config));
  return ports;
}

async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  const child = running as ChildProcess;
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill(signal);
  return ended;
}

async function registerGateway(member: string, operator: number): Promise<void> {
  const id = `${member}/gw1`;
  const origin = `${id.toLowerCase().replaceAll('/', '-')}.example`;
  const { request } = await createCertificateRequest(id);
  const key = createFileSigner(Buffer.alloc(32, member.length)).publicKey;
  const body = {
    id,
    member,
    origin,
    logKey: formatVerifierKey(createVerifierKey(origin, 'log', key)),
    sealingKey: Buffer.from('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f', 'hex').toString(
      'base64url',
    ),
    address: '127.0.0.1:7000',
    publicUrl: 'http://127.0.0.1:7001',
    request,
    hosts: [],
  };
  const token = readFileSync(file('hub/operator.token'), 'utf8').trim();
  const answer = await fetch(`http://127.0.0.1:${operator}/gateways`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  expect(answer.status, await answer.text()).toBe(201);
}

beforeAll(async () => {
  const made = minben([
    'registry',
    'init',
    file('hub'),
    '--instance',
    'TW',
    '--origin',
    ORIGIN,
    '--port',
    '0',
    '--present',
    'officer',
    '--sandbox',
  ]);
  expect(made.status, made.stderr).toBe(0);
  expect(made.stdout).toMatch(/bundle-1 +ed25519 +([0-9a-f]{4} ){15}[0-9a-f]{4}/);
  const record = readRecord(readFileSync(file('hub/keys/ceremony.json')));
  if (!record.ok) throw new Error(record.error);
  const hubKey = createVerifierKey(ORIGIN, 'log', Buffer.from(keyOf(record.value, 'log').public, 'base64url'));
  const witness = await createWitness({
    disk: createRealDisk(),
    clock: createRealClock(),
    directory: file('witness'),
    logger: () => undefined,
    name: 'witness.example',
    signer: createFileSigner(Buffer.alloc(32, 1)),
    keysOf: (origin) => (origin === ORIGIN ? [hubKey] : undefined),
  });
  const door = await network.serve({ host: '127.0.0.1', port: 0 }, witness.handler);
  const title = { 'zh-TW': '停車證', en: 'Parking permit' };
  source('witnesses/one.json', { name: 'witness.example', key: witness.key, url: `http://127.0.0.1:${door.port}` });
  source('purposes/parking.json', { code: 'parking-permit', title });
  source('members/a.json', { id: 'TW/GOV/A', name: title, sector: 'a', subsystems: ['register'] });
  source('members/b.json', { id: 'TW/GOV/BB', name: title, sector: 'b', subsystems: ['register'] });
  const ports = await start();
  await registerGateway('TW/GOV/A', ports.operator);
  await registerGateway('TW/GOV/BB', ports.operator);
  const endpoints = [{ method: 'GET', path: '/resident' }];
  source('services/residents.json', {
    id: 'TW/GOV/BB/register/residents',
    version: '1',
    title,
    personal: true,
    endpoints,
    gateways: ['TW/GOV/BB/gw1'],
    policy: { withoutHubSeconds: 60, leaseMilliseconds: 1000, headBeforeRelease: false },
  });
  source('agreements/one.json', {
    id: 'one',
    client: 'TW/GOV/A/register',
    service: 'TW/GOV/BB/register/residents',
    basis: { kind: 'consent' },
    purposes: ['parking-permit'],
    endpoints,
    fields: ['name'],
    validFrom: 0,
    validUntil: 4_000_000_000,
    suspendedBy: [],
  });
}, 60_000);

afterAll(async () => {
  if (running?.exitCode === null && running.signalCode === null) await end('SIGKILL');
  await network.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('minben registry and minben grant', () => {
  it('keep every key readable by its owner only, one folder for each role', () => {
    for (const role of ['bundle', 'successor', 'grant', 'status', 'log', 'identity', 'authority']) {
      expect(statSync(file(`hub/keys/${role}/${role}.key`)).mode & 0o077).toBe(0);
    }
    expect(statSync(file('hub/keys/identity/sectors.secret')).mode & 0o077).toBe(0);
    expect(statSync(file('hub/operator.token')).mode & 0o077).toBe(0);
  });

  it('refuse to make a second registry over the first', () => {
    const refused = minben(['registry', 'init', file('hub'), '--instance', 'TW', '--origin', ORIGIN]);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('不覆寫');
    expect(refused.stderr).toContain('not replaced');
  });

  it('withdraw a grant for good: a registry killed right after answers the same when it is back', async () => {
    expect(minben(['registry', 'publish', configFile]).stdout).toMatch(/version \d+/);
    const create = ['grant', 'create', configFile, '--agreement', 'one', '--seconds', '600', '--by', 'number'];
    const created = minben(create, `${CANARY}\n`);
    expect(created.status, created.stderr).toBe(0);
    const jti = created.stderr.match(/jti: (\S+)/)?.[1] ?? '';
    const before = JSON.parse(minben(['grant', 'withdraw', configFile, jti]).stdout);
    await end('SIGKILL');

    const ports = await start();
    const after = JSON.parse(minben(['grant', 'effect', configFile, jti]).stdout);
    expect([after.version, after.receipt.details]).toEqual([before.version, before.receipt.details]);
    const sealed = (await (await fetch(`http://127.0.0.1:${ports.public}/bundle`)).json()) as { details: string };
    const verified = verifyGrant(created.stdout.trim(), indexBundle(JSON.parse(sealed.details)));
    expect(verified).toMatchObject({ ok: true, value: { claims: { jti } } });
    expect(JSON.parse(minben([...create, '--json'], CANARY).stdout).status).toBeGreaterThan(0);
  });

  it('say what is wrong in both languages', () => {
    const refused = minben(
      ['grant', 'create', configFile, '--agreement', 'none', '--seconds', '600', '--by', 'number'],
      CANARY,
    );
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('沒有這份介接協議');
    expect(refused.stderr).toContain('There is no such agreement');
    expect(minben(['grant', 'create']).status).toBe(2);
    expect(minben(['registry']).status).toBe(2);
    expect(minben(['ceremony']).status).toBe(2);
  });

  it('print no number of a person', () => {
    expect(output.join('')).not.toMatch(/[A-Z][12]\d{8}/);
  });

  it('end in order when told to', async () => {
    expect(await end('SIGTERM')).toBe(0);
    expect(output.join('')).toContain('"stopping"');
  });
});
