/** The client end of `t-road/1`: one stream to a peer gateway, opened when first needed and again after a break. */
import type { EvidenceLog } from '@minben/evidence';
import {
  type ArrivedMessage,
  FRAMED_PROTOCOL,
  type Frame,
  type GatewayEntry,
  type WireEvidence,
} from '@minben/exchange';
import type { Clock, HeaderList, Network, TlsIdentity } from '@minben/ports';
import { type HeadEar, type MessageStream, openMessageStream } from './message-stream.ts';
import type { LinkAnswer, OutgoingRequest, PeerLink, ToldAnswer } from './peer-link.ts';

export interface FramedLinkMeans {
  readonly clock: Clock;
  readonly network: Network;
  readonly log: EvidenceLog;
  readonly ear: HeadEar;
  identity(): TlsIdentity;
}

const CONNECT_TIMEOUT_MS = 5_000;
const NOTHING = new Uint8Array();

interface Waiting {
  sent: boolean;
  settle(frame: Frame | undefined): void;
}

interface OpenStream {
  readonly messages: MessageStream;
  readonly waiting: Map<number, Waiting>;
  isRetiring: boolean;
}

/** Links to all peers; each gets its own stream. */
export function createFramedLinks({ clock, network, log, ear, identity }: FramedLinkMeans): PeerLink {
  const streams = new Map<string, Promise<OpenStream>>();
  let nextExchange = 1;

  const open = async (peer: GatewayEntry): Promise<OpenStream> => {
    const [host, port] = splitAddress(peer.address);
    const stream = await network.connect({
      host,
      port: Number(port),
      tls: identity(),
      expectedFingerprints: peer.certificates,
      protocol: FRAMED_PROTOCOL,
      timeoutMs: CONNECT_TIMEOUT_MS,
    });
    const waiting = new Map<number, Waiting>();
    const retire = (): void => {
      opened.isRetiring = true;
      if (streams.get(peer.id) === promise) streams.delete(peer.id);
    };
    const messages = openMessageStream({
      stream,
      log,
      ear,
      onFrame(frame) {
        if (frame.type === 'go-away') {
          retire();
          // Nothing is awaited on this stream: the peer need not wait for it while it shuts down.
          if (waiting.size === 0) messages.end();
          return;
        }
        if (!('exchange' in frame)) return messages.destroy();
        const waiter = waiting.get(frame.exchange);
        waiting.delete(frame.exchange);
        waiter?.settle(frame);
        if (opened.isRetiring && waiting.size === 0) messages.end();
      },
      onClose() {
        retire();
        for (const waiter of waiting.values()) waiter.settle(undefined);
        waiting.clear();
      },
    });
    const opened: OpenStream = { messages, waiting, isRetiring: false };
    const promise = streams.get(peer.id);
    return opened;
  };

  const streamTo = (peer: GatewayEntry): Promise<OpenStream> => {
    const known = streams.get(peer.id);
    if (known !== undefined) return known;
    const opening = open(peer);
    streams.set(peer.id, opening);
    opening.catch(() => {
      if (streams.get(peer.id) === opening) streams.delete(peer.id);
    });
    return opening;
  };

  /** Sends one frame and waits for the frame that answers it; undefined when the stream broke or time ran out. */
  const call = async (
    peer: GatewayEntry,
    timeoutMs: number,
    start: (stream: OpenStream, exchange: number, waiter: Waiting) => void,
  ): Promise<{ frame: Frame | undefined; sent: boolean; stream?: OpenStream }> => {
    let stream: OpenStream;
    try {
      stream = await streamTo(peer);
    } catch {
      return { frame: undefined, sent: false };
    }
    const exchange = nextExchange;
    nextExchange = (nextExchange % 0xffff_ffff) + 1;
    return new Promise((resolve) => {
      const cancel = clock.after(timeoutMs, () => waiter.settle(undefined));
      const waiter: Waiting = {
        sent: false,
        settle(frame) {
          cancel();
          stream.waiting.delete(exchange);
          resolve({ frame, sent: waiter.sent, stream });
        },
      };
      stream.waiting.set(exchange, waiter);
      start(stream, exchange, waiter);
    });
  };

  const send = async (peer: GatewayEntry, request: OutgoingRequest): Promise<LinkAnswer> => {
    const { appended, salt, details, headers, body } = request;
    const evidence: WireEvidence = {
      kind: 'request',
      salt,
      details,
      index: appended.index,
      size: appended.head.size,
      path: appended.path,
    };
    const { frame, sent, stream } = await call(peer, request.timeoutMs, ({ messages, waiting }, exchange, waiter) => {
      messages.afterHead(appended.head, () => {
        if (!waiting.has(exchange)) return;
        waiter.sent = true;
        messages.write({ type: 'request', exchange, evidence, headers, body });
      });
    });
    if (frame?.type === 'response' && stream !== undefined) {
      return { kind: 'arrived', arrived: arrive(stream.messages, frame.evidence, frame.headers, frame.body) };
    }
    if (frame?.type === 'bare-refusal') return { kind: 'bare', rule: frame.rule, logId: frame.logId };
    return { kind: 'failed', sent };
  };

  const ask = async (peer: GatewayEntry, entry: Uint8Array, timeoutMs: number): Promise<ToldAnswer> => {
    const { frame, stream } = await call(peer, timeoutMs, ({ messages }, exchange) =>
      messages.write({ type: 'ask', exchange, entry }),
    );
    if (frame?.type !== 'told' || stream === undefined) return { state: 'unreachable' };
    if (frame.state !== 'answered') return { state: frame.state };
    if (frame.evidence === undefined) return { state: 'unreachable' };
    return { state: 'answered', arrived: arrive(stream.messages, frame.evidence, [], NOTHING) };
  };

  return {
    send,
    ask,
    close() {
      for (const stream of streams.values()) stream.then(({ messages }) => messages.end()).catch(() => undefined);
      streams.clear();
    },
  };
}

function arrive(
  messages: MessageStream,
  evidence: WireEvidence,
  headers: HeaderList,
  body: Uint8Array,
): ArrivedMessage {
  return { peerFingerprint: messages.peerFingerprint, evidence, head: messages.heard(evidence.size), headers, body };
}

/** `host:port`, the host in brackets when it is an IPv6 address. */
export function splitAddress(address: string): [host: string, port: string] {
  const colon = address.lastIndexOf(':');
  return [address.slice(0, colon).replace(/^\[|\]$/g, ''), address.slice(colon + 1)];
}
