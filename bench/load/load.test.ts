import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { makeAnswer } from '../gateway-pair/answer.ts';
import type { LoadSpec } from './load.ts';
import { probe } from './probe.ts';
import { createAnswerReader } from './read-answer.ts';
import { checkAnswers, runLoad } from './run-load.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

async function serve(answer: (count: number) => { status: number; body: string }): Promise<LoadSpec> {
  let count = 0;
  server = createServer((_request, response) => {
    count += 1;
    const { status, body } = answer(count);
    response.writeHead(status, { 'content-length': Buffer.byteLength(body) }).end(body);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: '127.0.0.1',
    port,
    path: '/x',
    headers: {},
    connections: 4,
    seconds: 10,
    maximumRequests: 200,
    expectedBodyBytes: 5,
  };
}

describe('our load generator', () => {
  it('stops at the bound of requests and counts every answer', async () => {
    const spec = await serve(() => ({ status: 200, body: 'hello' }));
    const result = await runLoad('minben', spec);
    expect(result).toMatchObject({ generator: 'minben' });
    expect(result.void).toBeUndefined();
    expect(result.requests).toBeGreaterThan(190);
    expect(result.requests).toBeLessThanOrEqual(200);
  });

  it('voids the figure when one answer in the middle is not 200', async () => {
    const spec = await serve((count) =>
      count === 60 ? { status: 503, body: 'sorry' } : { status: 200, body: 'hello' },
    );
    expect((await runLoad('minben', spec)).void).toContain('503');
    await expect(checkAnswers(await serve(() => ({ status: 404, body: 'sorry' })), 10)).rejects.toThrow('404');
  });

  it('voids the figure when one answer has another length', async () => {
    const spec = await serve((count) => ({ status: 200, body: count === 60 ? 'hell' : 'hello' }));
    expect((await runLoad('minben', spec)).void).toContain('4 bytes');
  });

  it('voids the figure when the server goes away', async () => {
    const spec = await serve((count) => {
      if (count === 40) server?.closeAllConnections();
      return { status: 200, body: 'hello' };
    });
    expect((await runLoad('minben', spec)).void).toBeDefined();
  });
});

describe('the probe', () => {
  it('tells the length on the wire and hands over the body', async () => {
    const { wireBytes, body } = await probe(await serve(() => ({ status: 200, body: 'hello' })));
    expect(body.toString()).toBe('hello');
    expect(wireBytes).toBeGreaterThan(body.length);
  });

  it('refuses an answer that is not the expected one, and shows it', async () => {
    await expect(probe(await serve(() => ({ status: 500, body: 'oh no' })))).rejects.toThrow(/500[\s\S]*oh no/);
  });
});

describe('the answer reader', () => {
  it('reads an answer the same way however it is cut into pieces', () => {
    const bytes = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 11\r\nX: y\r\n\r\nhello world');
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 6 }), (cuts) => {
        const seen: number[][] = [];
        const read = createAnswerReader(
          (status, body, head) => seen.push([status, body, head]),
          (reason) => expect.unreachable(reason),
        );
        const at = [0, ...new Set(cuts.sort((left, right) => left - right)), bytes.length];
        for (let index = 1; index < at.length; index += 1) read(bytes.subarray(at[index - 1], at[index]));
        expect(seen).toEqual([[200, 11, bytes.length - 11]]);
      }),
    );
  });

  it('reports what it cannot read instead of guessing', () => {
    const reasons: string[] = [];
    const broken = (text: string) =>
      createAnswerReader(
        () => expect.unreachable(),
        (reason) => reasons.push(reason),
      )(Buffer.from(text));
    broken('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
    broken('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab');
    broken('SSH-2.0\r\n\r\n');
    expect(reasons).toHaveLength(3);
  });
});

it('the measured answer is 956 bytes of JSON', () => {
  const answer = makeAnswer();
  expect(answer.length).toBe(956);
  expect(JSON.parse(answer.toString())).toBeTypeOf('object');
});
