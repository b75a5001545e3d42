import { spawnSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { MessageReceipt, Receipt } from '@minben/evidence';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeSharedDirectory } from '../../../evidence/src/testing/fixture.ts';
import {
  createMessageWorld,
  exchangeOneMessage,
  type MessageWorld,
  requestDetails,
} from '../../../evidence/src/testing/message-world.ts';
import { run } from './verify.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
let directory: string;
let world: MessageWorld;
let message: MessageReceipt;

beforeAll(async () => {
  directory = await makeSharedDirectory();
  world = await createMessageWorld(directory);
  message = await exchangeOneMessage(world);
});
afterAll(async () => {
  await world.close();
  await rm(directory, { recursive: true });
});

async function verify(receipt: unknown, options: { policy?: unknown; flags?: string[] } = {}) {
  const text = typeof receipt === 'string' ? receipt : JSON.stringify(receipt);
  await writeFile(`${directory}/receipt.json`, text);
  await writeFile(`${directory}/policy.json`, JSON.stringify(options.policy ?? world.policy));
  return await call([`${directory}/receipt.json`, '--policy', `${directory}/policy.json`, ...(options.flags ?? [])]);
}

/** The command in this process: starting one for each row would take most of the time. */
async function call(args: string[]) {
  const out = vi.spyOn(console, 'log').mockImplementation(() => {});
  const complaints = vi.spyOn(console, 'error').mockImplementation(() => {});
  const status = await run(args);
  const said = (spy: typeof out) => spy.mock.calls.flat().join('\n');
  const answer = { status, stdout: said(out), stderr: said(complaints) };
  out.mockRestore();
  complaints.mockRestore();
  return answer;
}

describe('minben verify', () => {
  it('ends with 0 when every claim holds, and says so in both languages with the time of the witnesses', async () => {
    const { status, stdout } = await verify(message);
    expect(status).toBe(0);
    expect(stdout).toContain('每一項都成立');
    expect(stdout).toContain('every claim holds');
    expect(stdout).toContain('2027-01-15T08:00:01.000Z');
    expect(stdout).not.toContain('✗');
  });

  it('ends with 1 and names the claim when the receipt was altered', async () => {
    const [request, response] = message.entries as [Receipt, Receipt];
    const altered = {
      ...message,
      entries: [{ ...request, details: request.details.replace('parking-permit', 'something-else') }, response],
    };
    const { status, stdout } = await verify(altered);
    expect(status).toBe(1);
    expect(stdout).toContain('✗ 證明不能顯示這筆內容記載於該紀錄');
    expect(stdout).toContain('do not rely on it');
    expect((await verify('no json at all')).status).toBe(1);
    expect((await verify({})).status).toBe(1);
  });

  it('ends with 3 while witnesses are missing, or with 0 when the caller accepts that', async () => {
    const { consumer, provider } = world;
    const appended = await world.append(consumer, 'request', requestDetails(consumer, provider, { purpose: 'fresh' }));
    const fresh = await world.prove(consumer, appended);
    const { status, stdout } = await verify(fresh);
    expect(status).toBe(3);
    expect(stdout).toContain('暫時成立');
    expect((await verify(fresh, { flags: ['--provisional-ok'] })).status).toBe(0);
    const unsigned = { ...fresh, salt: message.entries[0]?.salt };
    expect((await verify(unsigned, { flags: ['--provisional-ok'] })).status).toBe(1);
  });

  it('gives machines JSON, and its status to the shell', async () => {
    await verify(message);
    const args = [main, 'verify', `${directory}/receipt.json`, '--policy', `${directory}/policy.json`, '--json'];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, provisional: false });
  });

  it('ends with 2 when the call, a file or the policy is wrong', async () => {
    expect((await verify(message, { policy: { v: 1 } })).status).toBe(2);
    expect((await verify(message, { policy: 'not a policy' })).stderr).toContain('信任政策不正確');
    for (const args of [
      [],
      ['x.json'],
      ['x.json', '--policy'],
      ['x.json', 'y.json', '--policy', 'z'],
      ['x.json', '--other'],
    ]) {
      const { status, stderr } = await call(args);
      expect([args, status]).toEqual([args, 2]);
      expect(stderr).toContain('Usage');
    }
    const absent = await call([`${directory}/absent`, '--policy', `${directory}/policy.json`]);
    expect([absent.status, absent.stderr.includes('cannot be read')]).toEqual([2, true]);
  });
});
