/** The client end of `t-road/1` in the hands of a test: every frame is written as told, every frame that comes is kept. */
import { encodeFrame, FRAMED_PROTOCOL, type Frame, FrameReader, parseResponseDetails } from '@minben/exchange';
import type { Network, Stream, TlsIdentity } from '@minben/ports';
import { problemOf, type Reply, type Wire } from './wire.ts';

export interface FramedClient {
  /** Sends head and request as the wire says, and awaits the answer. */
  send(wire: Wire): Promise<Reply>;
  /** Writes a frame, or bytes as they stand. */
  write(frame: Frame | Uint8Array): void;
  /** Resolves with the frame that answers this exchange; undefined when the stream closed. */
  answered(exchange: number): Promise<Frame | undefined>;
  readonly frames: readonly Frame[];
  readonly closed: Promise<void>;
  isOpen(): boolean;
  end(): void;
}

const ANSWERED_WITHIN_MS = 20_000;

export async function openFramedClient(
  network: Network,
  address: string,
  identity: TlsIdentity,
  expectedFingerprints: readonly string[],
): Promise<FramedClient> {
  const [host = '', port = ''] = address.split(':');
  const stream: Stream = await network.connect({
    host,
    port: Number(port),
    tls: identity,
    expectedFingerprints,
    protocol: FRAMED_PROTOCOL,
    timeoutMs: 5_000,
  });
  const frames: Frame[] = [];
  const reader = new FrameReader();
  const waiting = new Map<number, (frame: Frame | undefined) => void>();
  const announced = new Set<string>();
  let checkpoint: string | undefined;
  let nextExchange = 1;
  let open = true;

  stream.onData((chunk) =>
    reader.push(chunk, (frame) => {
      frames.push(frame);
      if (frame.type === 'head') checkpoint = frame.checkpoint;
      if (frame.type === 'go-away') stream.end();
      if (!('exchange' in frame)) return;
      waiting.get(frame.exchange)?.(frame);
      waiting.delete(frame.exchange);
    }),
  );
  const closed = new Promise<void>((resolve) => {
    stream.onClose(() => {
      open = false;
      for (const settle of waiting.values()) settle(undefined);
      waiting.clear();
      resolve();
    });
  });
  const write: FramedClient['write'] = (frame) => {
    if (open) stream.write(frame instanceof Uint8Array ? frame : encodeFrame(frame));
  };
  write({ type: 'known', size: 0 });

  const answered: FramedClient['answered'] = (exchange) =>
    new Promise((resolve, reject) => {
      if (!open) return resolve(undefined);
      const timer = setTimeout(() => reject(new Error('the gateway did not answer')), ANSWERED_WITHIN_MS);
      waiting.set(exchange, (frame) => {
        clearTimeout(timer);
        resolve(frame);
      });
    });

  return {
    frames,
    closed,
    write,
    answered,
    isOpen: () => open,
    async send(wire) {
      const exchange = nextExchange;
      nextExchange += 1;
      const coming = answered(exchange);
      if (wire.announce && !announced.has(wire.checkpoint)) {
        announced.add(wire.checkpoint);
        write({ type: 'head', checkpoint: wire.checkpoint, from: wire.carried.from, path: wire.carried.path });
      }
      const { kind, salt, details, index, size, path, headers, body } = wire;
      write({ type: 'request', exchange, evidence: { kind, salt, details, index, size, path }, headers, body });
      return describeFrame(await coming, checkpoint);
    },
    end: () => stream.end(),
  };
}

function describeFrame(frame: Frame | undefined, checkpoint: string | undefined): Reply {
  if (frame?.type === 'bare-refusal')
    return { kind: 'bare', rule: frame.rule, logId: frame.logId, headers: [], body: Buffer.alloc(0) };
  if (frame?.type !== 'response') return { kind: 'closed', headers: [], body: Buffer.alloc(0) };
  const details = parseResponseDetails(frame.evidence.details);
  if (!details.ok) throw new Error('the gateway answered with details that cannot be read');
  const body = Buffer.from(frame.body);
  const problem = details.value.outcome === 'delivered' ? undefined : problemOf(body);
  return {
    kind: frame.evidence.kind as Reply['kind'],
    status: details.value.status,
    details: details.value,
    evidence: frame.evidence,
    place: frame.evidence,
    headers: frame.headers,
    body,
    ...(details.value.rule === undefined ? {} : { rule: details.value.rule }),
    ...(problem === undefined ? {} : { problem }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
  };
}
