import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRealDisk, generateKeyFile } from '@minben/ports';
import { afterAll, describe, expect, it } from 'vitest';
import { makeSelfSigned } from '../test-support/self-signed.ts';
import { loadGatewayConfig, loadGatewaySecrets, parseGatewayConfig } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'minben-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const disk = createRealDisk();

const GOOD = {
  mode: 'production',
  gateway: 'TW/GOV/A01/gw1',
  origin: 'a01.example/gw1',
  directory: 'data',
  registry: {
    url: 'https://registry.example/',
    bundleKey: 'A'.repeat(43),
    hubLogKey: `hub.example/log+0123abcd+${'A'.repeat(44)}`,
  },
  keys: { log: 'keys/log.pem', sealing: 'keys/sealing.pem', transport: '/etc/minben/transport.pem' },
  certificate: 'certificate.pem',
  authorities: 'authorities.pem',
  ports: {
    mutual: { host: '0.0.0.0', port: 8100 },
    public: { host: '0.0.0.0', port: 8101 },
    consumer: { host: '127.0.0.1', port: 8102 },
    operations: { host: '127.0.0.1', port: 8103 },
  },
  registers: {
    secret: 'keys/secret',
    services: { 'TW/GOV/A01/register/residents': { baseUrl: 'http://127.0.0.1:9000/api' } },
  },
};
type Change = (config: typeof GOOD & Record<string, unknown>) => void;

const parse = (change: Change = () => undefined) => {
  const config = structuredClone(GOOD);
  change(config);
  return parseGatewayConfig(JSON.stringify(config), '/srv/gw1');
};
const fieldsWrong = (change: Change) => {
  const parsed = parse(change);
  return parsed.ok ? [] : parsed.error.map(({ field }) => field);
};

describe('the configuration', () => {
  it('is completed with defaults, and its paths begin at the file', () => {
    expect(parse()).toMatchObject({
      ok: true,
      value: {
        mode: 'production',
        member: 'TW/GOV/A01',
        directory: '/srv/gw1/data',
        registry: { url: 'https://registry.example' },
        keys: { log: '/srv/gw1/keys/log.pem', transport: '/etc/minben/transport.pem' },
        binding: 't-road/1',
        timeoutMs: 30_000,
        maximumInFlight: 1024,
        registers: {
          secret: '/srv/gw1/keys/secret',
          services: new Map([
            [
              'TW/GOV/A01/register/residents',
              { baseUrl: 'http://127.0.0.1:9000/api', timeoutMs: 30_000, maximumBytes: 1_048_576 },
            ],
          ]),
        },
      },
    });
  });

  it('is for production unless it says otherwise', () => {
    const parsed = parse((config) => delete (config as Partial<typeof GOOD>).mode);
    expect(parsed.ok && parsed.value.mode).toBe('production');
  });

  it.each<[string[], Change]>([
    [['gateway'], (config) => Object.assign(config, { gateway: 'TW/GOV/A01' })],
    [['gateway'], (config) => Object.assign(config, { gateway: 'TW/GOV/../gw1/x' })],
    [['origin'], (config) => Object.assign(config, { origin: 'has space' })],
    [['origin'], (config) => Object.assign(config, { origin: 'a+b' })],
    [['mode'], (config) => Object.assign(config, { mode: 'test' })],
    [['binding'], (config) => Object.assign(config, { binding: 'soap' })],
    [['timeoutMs'], (config) => Object.assign(config, { timeoutMs: 1 })],
    [['timeoutMs'], (config) => Object.assign(config, { timeoutMs: '30s' })],
    [['maximumInFlight'], (config) => Object.assign(config, { maximumInFlight: 0 })],
    [['directory'], (config) => Object.assign(config, { directory: '' })],
    [['registry.url'], (config) => Object.assign(config.registry, { url: 'ftp://registry' })],
    [['registry.url'], (config) => Object.assign(config.registry, { url: 'https://user@registry' })],
    [['registry.bundleKey'], (config) => Object.assign(config.registry, { bundleKey: 'short' })],
    [['registry.hubLogKey'], (config) => Object.assign(config.registry, { hubLogKey: 'x+y' })],
    [['registry.bundleKey'], (config) => delete (config.registry as Partial<typeof GOOD.registry>).bundleKey],
    [['keys.sealing'], (config) => delete (config.keys as Partial<typeof GOOD.keys>).sealing],
    [['gatway'], (config) => Object.assign(config, { gatway: 'x' })],
    [['ports.mutual.port'], (config) => Object.assign(config.ports.mutual, { port: 70_000 })],
    [['ports.consumer'], (config) => delete (config.ports as Partial<typeof GOOD.ports>).consumer],
    [['ports.consumer.port'], (config) => Object.assign(config.ports.consumer, { port: 8100 })],
    [['ports.operations.host'], (config) => Object.assign(config.ports.operations, { host: '0.0.0.0' })],
    [
      ['registers.services.TW/GOV/OTHER/s/c'],
      (config) => Object.assign(config.registers.services, { 'TW/GOV/OTHER/s/c': { baseUrl: 'http://127.0.0.1:1' } }),
    ],
    [
      ['registers.services.TW/GOV/A01/s/c.baseUrl'],
      (config) => Object.assign(config.registers.services, { 'TW/GOV/A01/s/c': { baseUrl: 'http://h/?q' } }),
    ],
    [
      ['registers.services.not-a-service'],
      (config) => Object.assign(config.registers.services, { 'not-a-service': { baseUrl: 'http://127.0.0.1:1' } }),
    ],
  ])('is refused at %s', (fields, change) => {
    expect(fieldsWrong(change)).toEqual(fields);
  });

  it('tells every problem at once, in zh-TW and English, and repeats no value', () => {
    const parsed = parseGatewayConfig(
      JSON.stringify({
        gateway: 'secret-value',
        ports: 'secret-value',
        mode: 'secret-value',
        timeoutMs: 'secret-value',
        binding: 'secret-value',
        extra: 'secret-value',
      }),
      '/srv',
    );
    if (parsed.ok) throw new Error('accepted');
    expect(parsed.error.length).toBeGreaterThanOrEqual(12);
    for (const { text } of parsed.error) {
      expect(text['zh-TW']).toMatch(/[\u4e00-\u9fff]/);
      expect(text.en).toMatch(/^[A-Z].*\.$/);
    }
    expect(JSON.stringify(parsed.error)).not.toContain('secret-value');
  });

  it('is refused when it is not JSON', () => {
    expect(parseGatewayConfig('{', '/srv')).toMatchObject({ ok: false, error: [{ field: '' }] });
  });

  it.each<[string, Change]>([
    ['consumerTls', (config) => Object.assign(config.ports.consumer, { host: '0.0.0.0' })],
    [
      'registers.services.TW/GOV/A01/register/residents.baseUrl',
      (config) =>
        Object.assign(config.registers.services['TW/GOV/A01/register/residents'], { baseUrl: 'http://10.0.0.1:9000' }),
    ],
    ['registry.url', (config) => Object.assign(config.registry, { url: 'http://registry.example' })],
  ])('refuses in production, for %s, what development may have', (field, change) => {
    expect(fieldsWrong(change)).toEqual([field]);
    expect(
      fieldsWrong((config) => {
        change(config);
        Object.assign(config, { mode: 'development' });
      }),
    ).toEqual([]);
  });
});

describe('the files that the configuration names', () => {
  it('are read, and checked against one another', async () => {
    await writeFiles();
    writeFileSync(
      join(folder, 'gateway.json'),
      JSON.stringify({ ...GOOD, keys: { ...GOOD.keys, transport: 'keys/transport.pem' } }),
    );
    const config = await loadGatewayConfig(disk, join(folder, 'gateway.json'));
    if (!config.ok) throw new Error(JSON.stringify(config.error));
    const secrets = await loadGatewaySecrets(disk, config.value);
    if (!secrets.ok) throw new Error(JSON.stringify(secrets.error));
    expect(secrets.value.logKey).toMatch(/^-----BEGIN PRIVATE KEY/);
    expect(secrets.value.sealingKey).toHaveLength(32);
    expect(secrets.value.identity.authorities).toHaveLength(2);
    expect(secrets.value.registerSecret).toBe('s'.repeat(40));
  });

  it('are each named when they are missing, damaged, too short or belong to another', async () => {
    await writeFiles();
    const config = await loadGatewayConfig(disk, join(folder, 'gateway.json'));
    if (!config.ok) throw new Error('refused');
    rmSync(join(folder, 'keys/sealing.pem'));
    rmSync(join(folder, 'authorities.pem'));
    writeFileSync(join(folder, 'keys/log.pem'), 'not a key');
    writeFileSync(join(folder, 'keys/secret'), 'short');
    writeFileSync(join(folder, 'certificate.pem'), readFileSync(join(folder, 'other.pem')));
    const secrets = await loadGatewaySecrets(disk, config.value);
    expect(secrets.ok ? [] : secrets.error.map(({ field }) => field).sort()).toEqual([
      'authorities',
      'certificate',
      'keys.log',
      'keys.sealing',
      'registers.secret',
    ]);
    expect(JSON.stringify(secrets)).not.toMatch(/short"|not a key|BEGIN/);
  });

  it('say what to do when there is no configuration yet', async () => {
    expect(await loadGatewayConfig(disk, join(folder, 'none.json'))).toMatchObject({
      ok: false,
      error: [{ text: { en: expect.stringContaining('minben gateway init') } }],
    });
  });
});

async function writeFiles(): Promise<void> {
  await disk.makeDirectory(join(folder, 'keys'));
  for (const [name, kind] of [
    ['log', 'ed25519'],
    ['sealing', 'x25519'],
  ] as const) {
    rmSync(join(folder, `keys/${name}.pem`), { force: true });
    await generateKeyFile(disk, join(folder, `keys/${name}.pem`), kind);
  }
  writeFileSync(join(folder, 'keys/secret'), `${'s'.repeat(40)}\n`);
  makeCertificate('keys/transport.pem', 'certificate.pem');
  makeCertificate('keys/other-key.pem', 'other.pem');
  writeFileSync(
    join(folder, 'authorities.pem'),
    readFileSync(join(folder, 'certificate.pem'), 'utf8') + readFileSync(join(folder, 'other.pem'), 'utf8'),
  );
}

function makeCertificate(key: string, certificate: string): void {
  const made = makeSelfSigned('gw1');
  writeFileSync(join(folder, key), made.privateKey);
  writeFileSync(join(folder, certificate), made.certificate);
}
