import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { makeTestPorts } from '../testing/test-ports.ts';
import { listAccounts, locateCluster, type RunningPostgres, startPostgres } from './index.ts';

const ports = makeTestPorts();
const folders: string[] = [];
const running: RunningPostgres[] = [];

function makeFolder(): string {
  // mkdtemp makes it private (0700), as /root is: the server's account must get through it all the same.
  const folder = mkdtempSync(join(tmpdir(), 'minben-test-'));
  folders.push(folder);
  return join(folder, 'postgres');
}

async function start(directory: string, accounts = listAccounts()): Promise<RunningPostgres> {
  const started = await startPostgres({ directory, accounts }, ports);
  if (!started.ok) throw new Error(`${started.error.reason}: ${started.error.detail}`);
  running.push(started.value);
  return started.value;
}

async function query(server: RunningPostgres, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: server.url() });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query(text);
  await client.end();
  return rows;
}

afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('the embedded PostgreSQL', { timeout: 120_000 }, () => {
  it('serves from nothing, keeps acknowledged rows over kill -9, and is adopted by the next start', async () => {
    const directory = makeFolder();
    const first = await start(directory);
    expect(first.adopted).toBe(false);
    await query(first, 'create table kept (n int); insert into kept values (1), (2)');
    process.kill(first.processId, 'SIGKILL');

    const second = await start(directory);
    expect(second.processId).not.toBe(first.processId);
    expect(await query(second, 'select n from kept order by n')).toEqual([{ n: 1 }, { n: 2 }]);

    const third = await start(directory);
    expect(third).toMatchObject({ adopted: true, processId: second.processId });
    await third.stop();
    await expect(query(third, 'select 1')).rejects.toThrow();
  });

  it('lets two starts at once share one server', async () => {
    const directory = makeFolder();
    await (await start(directory)).stop();
    const [left, right] = await Promise.all([start(directory), start(directory)]);
    expect(left.processId).toBe(right.processId);
  });

  it('listens on a private socket only and asks for its secret', async () => {
    const server = await start(makeFolder());
    expect(await query(server, 'show listen_addresses')).toEqual([{ listen_addresses: '' }]);
    expect(statSync(server.socketDirectory).mode & 0o077).toBe(0);
    const guess = new Client({ connectionString: server.url().replace(/:[^:@]+@/, ':guess@') });
    await expect(guess.connect()).rejects.toThrow(/password authentication failed/);
    expect(ports.lines.join()).not.toContain(new URL(server.url()).password);
  });

  it('writes neither statements nor values of failed statements to its log', async () => {
    const directory = makeFolder();
    const server = await start(directory);
    await query(server, 'create table numbered (n text primary key)');
    await query(server, "insert into numbered values ('Y190000019')");
    await expect(query(server, "insert into numbered values ('Y190000019')")).rejects.toThrow(/duplicate/);
    const log = readFileSync(join(directory, 'server.log'), 'utf8');
    expect(log).toContain('duplicate key');
    expect(log).not.toContain('Y190000019');
  });

  it('says what PostgreSQL said when it cannot start', async () => {
    const directory = makeFolder();
    await (await start(directory)).stop();
    writeFileSync(join(directory, 'data', 'postgresql.conf'), 'no such = setting');
    const started = await startPostgres({ directory }, ports);
    expect(started).toMatchObject({
      ok: false,
      error: { reason: 'start-failed', detail: expect.stringContaining('postgresql.conf') },
    });
  });

  it.each(listAccounts().map((account) => [account.way, account] as const))(
    'runs the %s way inside a private folder, or says that it cannot',
    async (_way, account) => {
      const directory = makeFolder();
      const started = await startPostgres({ directory, accounts: [account] }, ports);
      if (!started.ok) {
        expect(started.error.reason).toBe('no-account');
        return;
      }
      running.push(started.value);
      expect(await query(started.value, 'select 1 as one')).toEqual([{ one: 1 }]);
    },
  );

  it('finds some way on this machine', async () => {
    expect((await start(makeFolder())).processId).toBeGreaterThan(1);
  });

  it('refuses a temporary folder too deep for a socket, with the reason', () => {
    expect(locateCluster('/var/lib/minben', `/${'deep/'.repeat(20)}`)).toEqual({
      ok: false,
      error: 'socket-path-too-long',
    });
  });
});
