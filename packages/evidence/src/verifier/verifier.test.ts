import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commit, createVerifierKey, formatVerifierKey, proveEntry } from '../index.ts';
import { makeDirectory, makeSharedDirectory, signerOf } from '../testing/fixture.ts';
import {
  COSIGNED_AT,
  createMessageWorld,
  exchangeOneMessage,
  MESSAGE,
  type MessageWorld,
  requestDetails,
  responseDetails,
} from '../testing/message-world.ts';
import { type MessageReceipt, type Receipt, type TrustPolicy, type Verification, verifyReceipt } from './index.ts';

let directory: string;
let world: MessageWorld;
let message: MessageReceipt;
let request: Receipt;
let response: Receipt;

beforeAll(async () => {
  directory = await makeSharedDirectory();
  world = await createMessageWorld(directory);
  message = await exchangeOneMessage(world);
  [request, response] = message.entries as [Receipt, Receipt];
});
afterAll(async () => {
  await world.close();
  await rm(directory, { recursive: true });
});

const failed = ({ claims }: Verification) => claims.filter(({ holds }) => !holds).map(({ name }) => name);

async function refusals(receipt: unknown, policy: TrustPolicy = world.policy): Promise<string[]> {
  const verification = await verifyReceipt(receipt, policy);
  const names = failed(verification);
  expect(verification.ok).toBe(names.length === 0);
  return names;
}

/** Every text that differs from this one in one character, by the next one of its own kind. */
function* alterEachCharacter(text: string): Generator<string> {
  for (let position = 0; position < text.length; position++) {
    const code = text.charCodeAt(position);
    yield `${text.slice(0, position)}${String.fromCharCode(code ^ 1)}${text.slice(position + 1)}`;
  }
}

describe('the verifier', () => {
  it('accepts a witnessed message, claim by claim, and tells when it was time-stamped', async () => {
    const verification = await verifyReceipt(JSON.parse(JSON.stringify(message)), world.policy);
    expect(failed(verification)).toEqual([]);
    expect(verification).toMatchObject({ ok: true, provisional: false, time: COSIGNED_AT + 1 });
    expect(verification.claims.filter(({ entry }) => entry === 0).map(({ name }) => name)).toEqual([
      'well-formed',
      'details-canonical',
      'log-trusted',
      'entry-included',
      'checkpoint-signed',
      'cosignatures-valid',
      'witnessed',
      'key-not-revoked',
      'origin-matches',
      'gateway-matches',
    ]);
    expect(verification.claims.filter(({ entry }) => entry === undefined).map(({ name }) => name)).toEqual([
      'same-message',
      'request-linked',
      'roles-match',
    ]);
    for (const { text } of verification.claims) expect(text['zh-TW'].length * text.en.length).toBeGreaterThan(0);
    expect((await verifyReceipt(request, world.policy)).ok).toBe(true);
  });

  it('refuses a receipt with any character of any field altered', async () => {
    for (const receipt of [request, response]) {
      for (const field of ['kind', 'details', 'salt', 'proof'] as const) {
        for (const altered of alterEachCharacter(receipt[field])) {
          const names = await refusals({ ...receipt, [field]: altered });
          if (names.length === 0) throw new Error(`accepted with another ${field}: ${altered}`);
        }
      }
    }
  });

  it('refuses a receipt with a character too many or too few in its proof', async () => {
    for (let position = 0; position <= request.proof.length; position++) {
      const { proof } = request;
      expect(
        await refusals({ ...request, proof: `${proof.slice(0, position)}${proof.slice(position + 1)}` }),
        `without ${position}`,
      ).toSatisfy((names: string[]) => names.length > 0 || position === proof.length);
      for (const more of ['\n', ' ', 'A', '\u0000']) {
        expect(
          await refusals({ ...request, proof: `${proof.slice(0, position)}${more}${proof.slice(position)}` }),
          `${position}`,
        ).not.toEqual([]);
      }
    }
  });

  it('refuses a receipt with every member of its details altered, dropped or added', async () => {
    for (const receipt of [request, response]) {
      const details = JSON.parse(receipt.details) as Record<string, unknown>;
      for (const name of Object.keys(details)) {
        const { [name]: _, ...without } = details;
        expect(await refusals({ ...receipt, details: JSON.stringify(without) })).toContain('entry-included');
        expect(await refusals({ ...receipt, details: JSON.stringify({ ...details, [name]: 'other' }) })).toContain(
          'entry-included',
        );
      }
      expect(await refusals({ ...receipt, details: JSON.stringify({ ...details, zz: 1 }) })).toContain(
        'entry-included',
      );
    }
  });

  it('refuses a receipt that lacks a field, has another one, or is no receipt', async () => {
    for (const field of Object.keys(request)) {
      const { [field as 'v']: _, ...without } = request;
      expect(await refusals(without)).toEqual(['well-formed']);
      expect(await refusals({ ...request, [field]: { toString: 'x' } })).toEqual(['well-formed']);
    }
    for (const none of [
      { ...request, more: 1 },
      { ...request, v: 2 },
      null,
      'text',
      7,
      [],
      [request],
      {},
      { ...message, entries: [] },
      { ...message, v: 2 },
    ]) {
      expect(await refusals(none)).toContain('well-formed');
    }
    expect(await refusals({ ...request, proof: request.proof.replace('\nindex', '\nextra AAAA\nindex') })).toEqual([
      'well-formed',
    ]);
  });

  it('refuses details that are not in canonical spelling although they are what was committed to', async () => {
    const { consumer } = world;
    const details = `{"v":1,"id":"${MESSAGE}"}`;
    const appended = await world.append(consumer, 'grant', {});
    const salt = Buffer.from(appended.salt, 'base64url');
    const { index } = await consumer.log.append(commit('grant', salt, details));
    await world.witness(consumer);
    const receipt = { v: 1, kind: 'grant', details, salt: appended.salt, proof: await proveEntry(consumer.log, index) };
    expect(await refusals(receipt)).toEqual(['details-canonical']);
  });
});

describe('a receipt that is valid but wrong', () => {
  it('is refused with the proof of another message, of the other log, or of an older head', async () => {
    const { consumer, provider } = world;
    const other = await world.append(consumer, 'request', requestDetails(consumer, provider, { purpose: 'other' }));
    const before = consumer.log.head;
    await world.witness(consumer);
    const otherReceipt = await world.prove(consumer, other);
    expect(await refusals(otherReceipt)).toEqual([]);
    expect(await refusals({ ...request, proof: otherReceipt.proof })).toEqual(['entry-included']);
    expect(await refusals({ ...request, proof: response.proof })).toEqual([
      'entry-included',
      'origin-matches',
      'gateway-matches',
    ]);
    // The right index and path of a newer head under an older, validly cosigned checkpoint.
    const [path] = otherReceipt.proof.split('\n\n');
    const [, ...olderCheckpoint] = request.proof.split('\n\n');
    expect(before.size).toBeGreaterThan(7);
    expect(await refusals({ ...otherReceipt, proof: [path, ...olderCheckpoint].join('\n\n') })).toEqual([
      'entry-included',
    ]);
  });

  it('is refused as another kind', async () => {
    for (const kind of ['response', 'refusal', 'withheld', 'grant', 'bundle']) {
      expect(await refusals({ ...request, kind })).toContain('entry-included');
    }
  });

  it('is refused when its log is not trusted, or trusted under another key', async () => {
    const [consumerLog, providerLog] = world.policy.logs as [TrustPolicy['logs'][number], TrustPolicy['logs'][number]];
    expect(await refusals(request, { ...world.policy, logs: [providerLog] })).toEqual([
      'log-trusted',
      'checkpoint-signed',
      'key-not-revoked',
      'gateway-matches',
    ]);
    const key = formatVerifierKey(createVerifierKey(world.consumer.origin, 'log', signerOf('another').publicKey));
    expect(await refusals(request, { ...world.policy, logs: [{ ...consumerLog, key }] })).toEqual([
      'checkpoint-signed',
    ]);
  });

  it('is refused when the details name another log or gateway than the one that signed', async () => {
    const { consumer, provider } = world;
    const posing = await world.append(consumer, 'request', requestDetails(provider, consumer));
    await world.witness(consumer);
    expect(await refusals(await world.prove(consumer, posing))).toEqual(['origin-matches', 'gateway-matches']);
    const unbound = { ...world.policy, logs: world.policy.logs.map(({ key }) => ({ key })) };
    expect(await refusals(request, unbound)).toEqual(['gateway-matches']);
  });
});

describe('witnesses', () => {
  it('make the difference between a provisional and a final receipt', async () => {
    const { consumer, provider } = world;
    const appended = await world.append(consumer, 'request', requestDetails(consumer, provider, { purpose: 'fresh' }));
    const fresh = await world.prove(consumer, appended);
    const verification = await verifyReceipt(fresh, world.policy);
    expect(failed(verification)).toEqual(['witnessed']);
    expect(verification).toMatchObject({ ok: false, provisional: true, time: undefined });
    await world.witness(consumer, 1);
    expect(await verifyReceipt(await world.prove(consumer, appended), world.policy)).toMatchObject({
      ok: false,
      provisional: true,
    });
    await world.witness(consumer, 2);
    expect(await verifyReceipt(await world.prove(consumer, appended), world.policy)).toMatchObject({
      ok: true,
      provisional: false,
    });
    expect(await verifyReceipt(fresh, { ...world.policy, quorum: 0 })).toMatchObject({
      ok: true,
      provisional: false,
      time: undefined,
    });
  });

  it('do not count when the reader does not know them', async () => {
    const [first] = world.policy.witnesses as [string];
    expect(await refusals(request, { ...world.policy, witnesses: [first], quorum: 1 })).toEqual([]);
    const stranger = formatVerifierKey(createVerifierKey('witness.example/9', 'witness', signerOf('9').publicKey));
    expect(await refusals(request, { ...world.policy, witnesses: [first, stranger] })).toEqual(['witnessed']);
  });

  it('keep receipts standing that they cosigned before a key was revoked, and no others', async () => {
    const { size } = world.consumer.log.head;
    const policyAt = (revokedSize: number): TrustPolicy => {
      const logs = world.policy.logs.map((log) =>
        log.gateway === world.consumer.gateway ? { ...log, revoked: { size: revokedSize } } : log,
      );
      return { ...world.policy, logs };
    };
    expect(await refusals(request, policyAt(size))).toEqual([]);
    expect(await refusals(request, policyAt(1))).toEqual(['key-not-revoked']);
    expect(await refusals(request, { ...policyAt(size), witnesses: [], quorum: 0 })).toEqual(['key-not-revoked']);
  });
});

describe('a message', () => {
  it('is refused when an entry is of another message', async () => {
    expect(await refusals({ ...message, message: MESSAGE.replace(/1$/, '2') })).toEqual(['same-message']);
    const { consumer, provider } = world;
    const other = await world.append(
      consumer,
      'request',
      requestDetails(consumer, provider, { id: MESSAGE.replace(/1$/, '3') }),
    );
    await world.witness(consumer);
    const entries = [...message.entries, await world.prove(consumer, other)];
    expect(await refusals({ ...message, entries })).toEqual(['same-message']);
  });

  it('is refused when the answer is to another request', async () => {
    const { consumer, provider } = world;
    const retried = await world.append(consumer, 'request', requestDetails(consumer, provider, { purpose: 'again' }));
    await world.witness(consumer);
    const entries = [await world.prove(consumer, retried), response];
    expect(await refusals({ ...message, entries })).toEqual(['request-linked', 'roles-match']);
    expect(await refusals({ ...message, entries: [...message.entries, ...entries.slice(0, 1)] })).toEqual([]);
  });

  it('is refused when somebody else answers, or answers somebody else', async () => {
    const { consumer, provider } = world;
    for (const changes of [
      { to: { gateway: 'TW/GOV/A03/gw1', member: 'TW/GOV/A03' } },
      { from: { gateway: provider.gateway, member: 'TW/GOV/A03' } },
    ]) {
      const asked = await world.append(consumer, 'request', requestDetails(consumer, provider));
      const answered = await world.append(
        provider,
        'response',
        responseDetails(provider, consumer, asked.entry, changes),
      );
      await world.witness(consumer);
      await world.witness(provider);
      const entries = [await world.prove(consumer, asked), await world.prove(provider, answered)];
      expect(await refusals({ ...message, entries })).toEqual(['roles-match']);
    }
  });
});

describe('a trust policy', () => {
  it('that is none is refused loudly', async () => {
    const { policy } = world;
    const [log] = policy.logs;
    const wrong: unknown[] = [
      undefined,
      {},
      { ...policy, v: 2 },
      { ...policy, quorum: 3 },
      { ...policy, quorum: -1 },
      { ...policy, logs: [{ key: 'nonsense' }] },
      { ...policy, logs: [{ ...log, key: log?.key.replace('+', '+0') }] },
      { ...policy, logs: [log, log] },
      { ...policy, logs: [{ key: policy.witnesses[0] }] },
      { ...policy, logs: [{ ...log, revoked: {} }] },
      { ...policy, witnesses: [log?.key, log?.key] },
      { ...policy, witnesses: [policy.witnesses[0], policy.witnesses[0]] },
    ];
    for (const none of wrong) await expect(verifyReceipt(request, none as TrustPolicy)).rejects.toThrow(TypeError);
  });
});

describe('the emitted browser module', () => {
  it('verifies the same receipt and refuses it altered, as one file without imports', async () => {
    const target = `${await makeDirectory()}/verifier.js`;
    const script = fileURLToPath(new URL('../../build-browser.mjs', import.meta.url));
    await promisify(execFile)(process.execPath, [script, target]);
    const source = await readFile(target, 'utf8');
    expect(source).not.toMatch(/^\s*import\b|\brequire\(|\bBuffer\b|\bprocess\b/m);
    const emitted = (await import(`data:text/javascript;base64,${Buffer.from(source).toString('base64')}`)) as {
      verifyReceipt: typeof verifyReceipt;
    };
    expect((await emitted.verifyReceipt(message, world.policy)).ok).toBe(true);
    const altered = { ...message, entries: [{ ...request, details: request.details.replace('GET', 'PUT') }, response] };
    expect(failed(await emitted.verifyReceipt(altered, world.policy))).toEqual([
      'entry-included',
      'request-linked',
      'roles-match',
    ]);
  });

  it('comes from files that import nothing outside their folder', async () => {
    const folder = new URL('.', import.meta.url);
    const names = (await readdir(folder)).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) {
      const source = await readFile(new URL(name, folder), 'utf8');
      for (const [, specifier] of source.matchAll(/from '([^']+)'/g))
        expect([name, specifier]).toEqual([name, expect.stringMatching(/^\.\/[a-z-]+\.ts$/)]);
      expect(source).not.toMatch(/\bBuffer\b|\bprocess\.|node:|import\(/);
    }
  });
});
