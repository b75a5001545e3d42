/**
 * Our own load generator, a process of its own: raw keep-alive sockets, one request in flight on each, the smallest
 * parser that still checks status and length of every answer. Prints one LoadResult as JSON.
 */
import { connect, type Socket } from 'node:net';
import { percentile } from '../harness/median.ts';
import { readSettings } from '../harness/run-process.ts';
import { formatRequest, type LoadResult, type LoadSpec } from './load.ts';
import { createAnswerReader } from './read-answer.ts';

const spec = readSettings<LoadSpec>();
const request = Buffer.from(formatRequest(spec), 'latin1');
const timesMs: number[] = [];
const sockets = new Set<Socket>();
let failure: string | undefined;
let sent = 0;
let stopped = false;
const begin = performance.now();
let end = begin;

function stop(): void {
  stopped = true;
  end = performance.now();
  clearTimeout(timer);
  for (const socket of sockets) socket.destroy();
}

function open(): void {
  const socket = connect({ host: spec.host, port: spec.port, noDelay: true });
  let startedAt = 0;
  const send = () => {
    if (sent >= spec.maximumRequests) return stop();
    sent += 1;
    startedAt = performance.now();
    socket.write(request);
  };
  const fail = (reason: string) => {
    if (stopped) return;
    failure ??= reason;
    stop();
  };
  const read = createAnswerReader((status, bodyBytes) => {
    if (stopped) return;
    timesMs.push(performance.now() - startedAt);
    if (status !== 200) return fail(`an answer with status ${status}`);
    if (bodyBytes !== spec.expectedBodyBytes)
      return fail(`an answer of ${bodyBytes} bytes, not ${spec.expectedBodyBytes}`);
    send();
  }, fail);
  sockets.add(socket);
  socket.on('connect', send);
  socket.on('data', read);
  socket.on('error', (error) => fail(error.message));
  socket.on('close', () => fail('a connection closed under load'));
}

const timer = setTimeout(() => {
  if (!stopped) stop();
}, spec.seconds * 1000);
for (let index = 0; index < spec.connections; index += 1) open();

process.on('beforeExit', () => {
  const seconds = (end - begin) / 1000;
  const result: LoadResult = {
    requests: timesMs.length,
    seconds,
    requestsPerSecond: timesMs.length / seconds,
    p50Ms: timesMs.length === 0 ? 0 : percentile(timesMs, 0.5),
    p99Ms: timesMs.length === 0 ? 0 : percentile(timesMs, 0.99),
    generator: 'minben',
    ...(failure === undefined ? {} : { void: failure }),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exit(0);
});
