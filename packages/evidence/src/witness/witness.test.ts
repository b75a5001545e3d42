import { createRealClock, createRealDisk, createRealNetwork, type HttpHandler, type HttpResponse } from '@minben/ports';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { PublicLog } from '../contract.ts';
import {
  askHolders,
  collectCosignatures,
  createVerifierKey,
  createWitness,
  formatCheckpoint,
  formatCheckpointText,
  formatSubmission,
  keepWitnessed,
  originDigest,
  parseCheckpoint,
  parseVerifierKey,
  type Witness,
  type WitnessPlace,
  witnessAsHolder,
} from '../index.ts';
import { entryOf, makeDirectory, ORIGIN, openTestLog, signerOf, until } from '../testing/fixture.ts';

const key = createVerifierKey(ORIGIN, 'log', signerOf(ORIGIN).publicKey);
const WITNESS = 'witness.example/w1';

async function openWitness(directory: string, name = WITNESS): Promise<Witness> {
  return await createWitness({
    name,
    signer: signerOf(name),
    clock: createRealClock(),
    keysOf: (origin) => (origin === ORIGIN ? [key] : undefined),
    disk: createRealDisk(),
    directory,
    logger: () => {},
  });
}

async function call(
  handler: HttpHandler,
  method: string,
  path: string,
  body = '',
): Promise<{ status: number; type: string; text: string }> {
  const answer: HttpResponse = await handler({ method, path, headers: [], body: Buffer.from(body) });
  const type = answer.headers.find(([name]) => name === 'content-type')?.[1] ?? '';
  return { status: answer.status, type, text: Buffer.from(answer.body).toString() };
}

const submit = (witness: Witness, body: string) => call(witness.handler, 'POST', '/add-checkpoint', body);

async function growLog(log: PublicLog, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => log.append(entryOf(log.head.size + index))));
}

async function submissionOf(
  log: PublicLog,
  oldSize: number,
  changes: { checkpoint?: string; path?: Uint8Array[] } = {},
): Promise<string> {
  const path = changes.path ?? (await log.consistencyPath(oldSize, log.head.size));
  return formatSubmission({ oldSize, path, checkpoint: changes.checkpoint ?? log.head.checkpoint });
}

async function signAs(name: string, signerName: string, size: number, root: Uint8Array): Promise<string> {
  const signer = signerOf(signerName);
  const signature = await signer.sign(Buffer.from(formatCheckpointText(name, size, root)));
  return formatCheckpoint(name, size, root, createVerifierKey(name, 'log', signer.publicKey).keyId, signature);
}

describe('a witness', () => {
  it('cosigns a first checkpoint and every consistent later one, and shows the newest to monitors', async () => {
    const witness = await openWitness(await makeDirectory());
    const { log } = await openTestLog(await makeDirectory());
    const witnessKey = parseVerifierKey(witness.key);
    if (!witnessKey.ok) throw new Error(witnessKey.error);
    for (const oldSize of [0, 5, 10]) {
      await growLog(log, 5);
      const answer = await submit(witness, await submissionOf(log, oldSize));
      expect(answer.status).toBe(200);
      const cosigned = parseCheckpoint(`${log.head.checkpoint}${answer.text}`);
      expect(cosigned.ok && collectCosignatures(cosigned.value, [witnessKey.value])).toMatchObject([
        { witness: WITNESS },
      ]);
    }
    const shown = await call(witness.handler, 'GET', `/${originDigest(ORIGIN)}/checkpoint`);
    expect(shown.status).toBe(200);
    expect(parseCheckpoint(shown.text)).toMatchObject({ ok: true, value: { size: 15 } });
    await log.close();
  });

  it('answers each wrong submission with the status of the specification', async () => {
    const witness = await openWitness(await makeDirectory());
    const { log } = await openTestLog(await makeDirectory());
    await growLog(log, 5);
    expect((await submit(witness, await submissionOf(log, 0))).status).toBe(200);
    await growLog(log, 5);
    const { size, root, checkpoint } = log.head;
    const other = Buffer.alloc(32, 7);
    const good = await submissionOf(log, 5);
    const rows: [string, string, number][] = [
      ['no blank line', 'old 5', 400],
      ['no old line', good.replace('old 5', 'new 5'), 400],
      ['a leading zero', good.replace('old 5', 'old 05'), 400],
      ['a proof line that is no hash', good.replace('old 5\n', 'old 5\nAAAA\n'), 400],
      ['64 proof lines', await submissionOf(log, 5, { path: Array.from({ length: 64 }, () => other) }), 400],
      [
        'a checkpoint without signature',
        await submissionOf(log, 5, { checkpoint: formatCheckpointText(ORIGIN, size, root) }),
        400,
      ],
      [
        'an old size beyond the checkpoint',
        await submissionOf(log, 5).then((body) => body.replace('old 5', 'old 11')),
        400,
      ],
      [
        'a broken signature',
        good.replace(/(.)(.{6}\n)$/, (_, last, rest) => `${last === 'A' ? 'B' : 'A'}${rest}`),
        403,
      ],
      [
        "a key that is not the log's",
        await submissionOf(log, 5, { checkpoint: await signAs(ORIGIN, 'somebody', size, root) }),
        403,
      ],
      [
        'an unknown origin',
        await submissionOf(log, 5, { checkpoint: await signAs('other.example/log', ORIGIN, size, root) }),
        404,
      ],
      ['an old size that is not the last', good.replace('old 5', 'old 4'), 409],
      ['an old size of zero', formatSubmission({ oldSize: 0, path: [], checkpoint }), 409],
      ['a proof that does not verify', await submissionOf(log, 5, { path: [other, other, other] }), 422],
      [
        'a proof with a hash missing',
        await submissionOf(log, 5, { path: (await log.consistencyPath(5, 10)).slice(1) }),
        422,
      ],
      [
        'another root at the same size',
        formatSubmission({ oldSize: 5, path: [], checkpoint: await signAs(ORIGIN, ORIGIN, 5, other) }),
        422,
      ],
    ];
    for (const [name, body, status] of rows)
      expect([name, (await submit(witness, body)).status]).toEqual([name, status]);
    expect(await submit(witness, formatSubmission({ oldSize: 0, path: [], checkpoint }))).toEqual({
      status: 409,
      type: 'text/x.tlog.size',
      text: '5\n',
    });
    expect((await call(witness.handler, 'GET', '/add-checkpoint')).status).toBe(405);
    expect((await call(witness.handler, 'GET', `/${originDigest('other.example/log')}/checkpoint`)).status).toBe(404);
    expect((await submit(witness, good)).status).toBe(200);
    await log.close();
  });

  it('refuses an empty tree with a root of its own', async () => {
    const witness = await openWitness(await makeDirectory());
    const checkpoint = await signAs(ORIGIN, ORIGIN, 0, Buffer.alloc(32, 1));
    expect((await submit(witness, formatSubmission({ oldSize: 0, path: [], checkpoint }))).status).toBe(422);
  });

  it('cosigns only one of two concurrent submissions from the same old size, and never rolls back', async () => {
    const witness = await openWitness(await makeDirectory());
    const { log } = await openTestLog(await makeDirectory());
    await growLog(log, 5);
    await submit(witness, await submissionOf(log, 0));
    await growLog(log, 5);
    const shorter = await submissionOf(log, 5);
    await growLog(log, 5);
    const longer = await submissionOf(log, 5);
    const statuses = await Promise.all([submit(witness, longer), submit(witness, shorter)]);
    expect(statuses.map((answer) => answer.status)).toEqual([200, 409]);
    const shown = await call(witness.handler, 'GET', `/${originDigest(ORIGIN)}/checkpoint`);
    expect(parseCheckpoint(shown.text)).toMatchObject({ ok: true, value: { size: 15 } });
    await log.close();
  });

  it('remembers what it cosigned when it starts again, and cosigns nothing over a damaged record', async () => {
    const directory = await makeDirectory();
    const { log } = await openTestLog(await makeDirectory());
    await growLog(log, 5);
    await submit(await openWitness(directory), await submissionOf(log, 0));
    const again = await openWitness(directory);
    expect((await submit(again, await submissionOf(log, 0))).text).toBe('5\n');
    await createRealDisk().writeAtomically(`${directory}/${originDigest(ORIGIN)}`, Buffer.from('damaged'));
    await expect(submit(again, await submissionOf(log, 5))).rejects.toThrow('damaged witness record');
    await log.close();
  });
});

describe('a log and its witnesses', () => {
  async function serveWitness(name: string, directory: string): Promise<WitnessPlace> {
    const network = createRealNetwork();
    const witness = await openWitness(directory, name);
    const listener = await network.serve({ host: '127.0.0.1', port: 0 }, witness.handler);
    onTestFinished(() => listener.close(0));
    const witnessKey = parseVerifierKey(witness.key);
    if (!witnessKey.ok) throw new Error(witnessKey.error);
    return { key: witnessKey.value, url: `http://127.0.0.1:${listener.port}` };
  }

  it('keeps the published checkpoint witnessed over real sockets', async () => {
    const network = createRealNetwork();
    const places = [
      await serveWitness('w.example/1', await makeDirectory()),
      await serveWitness('w.example/2', await makeDirectory()),
    ];
    const directory = await makeDirectory();
    const { log } = await openTestLog(directory, {
      askOthers: askHolders(
        ORIGIN,
        places.map((place) => witnessAsHolder(network, place, 5_000)),
      ),
    });
    await log.decided();
    const stop = keepWitnessed({ log, key, network, logger: () => {}, witnesses: () => places, quorum: () => 2 });
    for (const size of [3, 300]) {
      await growLog(log, size - log.head.size);
      await log.publish();
      await until(() => log.witnessed?.size === size);
      const cosigned = parseCheckpoint(log.publishedHead?.checkpoint ?? '');
      expect(
        cosigned.ok &&
          collectCosignatures(
            cosigned.value,
            places.map((place) => place.key),
          ).length,
      ).toBe(2);
    }
    await stop();
    await log.close();
    const again = await openTestLog(directory);
    expect(again.log.witnessed?.checkpoint).toBe(log.witnessed?.checkpoint);
    await again.log.close();
  });

  it('is witnessed at last although its witnesses were away when it was published, and nothing new comes', async () => {
    const network = createRealNetwork();
    const directory = await makeDirectory();
    let place = { ...(await serveWitness(WITNESS, directory)), url: 'http://127.0.0.1:1' };
    const { log } = await openTestLog(await makeDirectory(), { publishEveryMs: 20 });
    let tried = 0;
    const logger = (_: string, event: string) => {
      if (event === 'witness-unreachable') tried += 1;
    };
    const stop = keepWitnessed({ log, key, network, logger, witnesses: () => [place], quorum: () => 1 });
    await growLog(log, 3);
    await until(() => log.publishedHead?.size === 3 && tried > 0);
    expect(log.witnessed).toBeUndefined();
    place = await serveWitness(WITNESS, directory);
    await until(() => log.witnessed?.size === 3);
    await stop();
    await log.close();
  });

  it('never shows an older checkpoint again, however publication and cosignatures overlap', async () => {
    const { log } = await openTestLog(await makeDirectory());
    let shown = 0;
    const watch = (): void => {
      const size = parseCheckpoint(log.publishedHead?.checkpoint ?? '');
      if (!size.ok) throw new Error('a published checkpoint cannot be read');
      expect(size.value.size).toBe(log.publishedHead?.size);
      expect(size.value.size).toBeGreaterThanOrEqual(shown);
      shown = size.value.size;
    };
    for (let round = 0; round < 30; round++) {
      await growLog(log, 3);
      const { checkpoint } = await log.publish();
      await growLog(log, 2);
      await Promise.all([log.adoptWitnessed(checkpoint).then(watch), log.publish().then(watch)]);
      watch();
    }
    await log.close();
  });

  it('stops a log that was set back behind what a witness holds, also while it is running', async () => {
    const network = createRealNetwork();
    const place = await serveWitness(WITNESS, await makeDirectory());
    const { log: ahead } = await openTestLog(await makeDirectory());
    await growLog(ahead, 8);
    await ahead.publish();
    const stopAhead = keepWitnessed({
      log: ahead,
      key,
      network,
      logger: () => {},
      witnesses: () => [place],
      quorum: () => 1,
    });
    await until(() => ahead.witnessed?.size === 8);
    await stopAhead();
    await ahead.close();
    const { log: behind } = await openTestLog(await makeDirectory());
    await growLog(behind, 3);
    await behind.publish();
    const stop = keepWitnessed({
      log: behind,
      key,
      network,
      logger: () => {},
      witnesses: () => [place],
      quorum: () => 1,
    });
    await until(() => behind.state.name === 'refusing');
    expect(behind.state).toEqual({ name: 'refusing', reason: 'larger-head-elsewhere' });
    await expect(behind.append(entryOf(99))).rejects.toMatchObject({ reason: 'larger-head-elsewhere' });
    await stop();
    await behind.close();
  });
});
