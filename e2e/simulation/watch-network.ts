/**
 * Reads along with what one machine sends and hears, on both bindings, without changing a byte: the witness whose
 * account the invariants are checked against. What leaves is seen right before it leaves.
 */

import { commit, parseSubmission } from '@minben/evidence';
import {
  EXCHANGE_PREFIX,
  type Frame,
  FrameReader,
  OUTCOME_PREFIX,
  parseRequestDetails,
  parseResponseDetails,
  REFUSED_HEADER,
  readEvidenceHeaders,
} from '@minben/exchange';
import type { HeaderList, HttpHandler, HttpResponse, Network, OutgoingCall, Stream } from '@minben/ports';

/** A message with its entry recomputed from what travelled. */
export interface Seen {
  readonly kind: string;
  readonly entry: string;
  readonly id: string;
  /** For answers: the entry of the request. */
  readonly request: string | undefined;
  readonly details: Buffer;
  readonly salt: Buffer;
  readonly headers: HeaderList;
  readonly body: Buffer;
}

export interface Watch {
  message(direction: 'leaves' | 'left' | 'arrives', seen: Seen): void;
  asks(entry: string): void;
  head(checkpoint: string): void;
  /** A lease that was asked for at `sentAt`, true time in milliseconds, was granted. */
  lease(sentAt: number, body: Buffer): void;
  now(): number;
}

export function watchNetwork(network: Network, watch: Watch): Network {
  return {
    request: (call) => request(network, call, watch),
    serve: (options, handler) => network.serve(options, handler),
    connect: async (options) => watchStream(await network.connect(options), watch),
    serveMutual: (options, onStream, handler) =>
      network.serveMutual(options, (stream) => onStream(watchStream(stream, watch)), watchDoor(handler, watch)),
  };
}

async function request(network: Network, call: OutgoingCall, watch: Watch): Promise<HttpResponse> {
  const path = call.url.replace(/^https?:\/\/[^/]+/, '');
  if (path.endsWith('/add-checkpoint')) {
    const submission = parseSubmission(Buffer.from(call.body ?? []).toString());
    if (submission.ok) watch.head(submission.value.checkpoint);
  }
  const sentAt = watch.now();
  if (path.startsWith(OUTCOME_PREFIX)) watch.asks(path.slice(OUTCOME_PREFIX.length));
  const isExchange = path.startsWith(EXCHANGE_PREFIX) && call.url.startsWith('https:');
  const leaves = isExchange ? fromHttp(call.headers ?? [], call.body ?? new Uint8Array(), watch) : undefined;
  if (leaves !== undefined) watch.message('leaves', leaves);
  const answering = network.request(call);
  if (leaves !== undefined) watch.message('left', leaves);
  const answer = await answering;
  if (path === '/status/lease' && answer.status === 200) watch.lease(sentAt, Buffer.from(answer.body));
  const arrives = isExchange ? fromHttp(answer.headers, answer.body) : undefined;
  if (arrives !== undefined) watch.message('arrives', arrives);
  return answer;
}

function watchDoor(handler: HttpHandler, watch: Watch): HttpHandler {
  return async (request) => {
    const arrives = request.path.startsWith(EXCHANGE_PREFIX) ? fromHttp(request.headers, request.body) : undefined;
    if (arrives !== undefined) watch.message('arrives', arrives);
    const answer = await handler(request);
    const leaves = fromHttp(answer.headers, answer.body, watch);
    if (leaves !== undefined && arrives !== undefined) {
      watch.message('leaves', leaves);
      watch.message('left', leaves);
    }
    return answer;
  };
}

function watchStream(stream: Stream, watch: Watch): Stream {
  const out = new FrameReader();
  const into = new FrameReader();
  return {
    peerFingerprint: stream.peerFingerprint,
    write(bytes) {
      const left: Seen[] = [];
      out.push(Buffer.from(bytes), (frame) => {
        if (frame.type === 'head') watch.head(frame.checkpoint);
        if (frame.type === 'ask') watch.asks(Buffer.from(frame.entry).toString('hex'));
        const seen = fromFrame(frame);
        if (seen === undefined) return;
        watch.message('leaves', seen);
        left.push(seen);
      });
      const isRoomy = stream.write(bytes);
      for (const seen of left) watch.message('left', seen);
      return isRoomy;
    },
    onData(listener) {
      stream.onData((chunk) => {
        into.push(Buffer.from(chunk), (frame) => {
          const seen = fromFrame(frame);
          if (seen !== undefined) watch.message('arrives', seen);
        });
        listener(chunk);
      });
    },
    onDrain: (listener) => stream.onDrain(listener),
    onClose: (listener) => stream.onClose(listener),
    end: () => stream.end(),
    destroy: () => stream.destroy(),
  };
}

function fromFrame(frame: Frame): Seen | undefined {
  if (frame.type === 'bare-refusal') return bare(frame.rule);
  if (frame.type !== 'request' && frame.type !== 'response') return undefined;
  const { kind, salt, details } = frame.evidence;
  return see(kind, salt, details, frame.headers, frame.body);
}

/** `leaving` hears the checkpoint of a message that leaves here. */
function fromHttp(headers: HeaderList, body: Uint8Array, leaving?: Watch): Seen | undefined {
  const refused = headers.find(([name]) => name === REFUSED_HEADER)?.[1];
  if (refused !== undefined) return bare(refused);
  const evidence = readEvidenceHeaders(headers);
  if (!evidence.ok) return undefined;
  const { kind, salt, details, proof } = evidence.value;
  leaving?.head(proof.checkpoint);
  return see(kind, salt, details, headers, body);
}

function bare(rule: string): Seen {
  const nothing = Buffer.alloc(0);
  return {
    kind: `bare ${rule}`,
    entry: '',
    id: '',
    request: undefined,
    details: nothing,
    salt: nothing,
    headers: [],
    body: nothing,
  };
}

function see(
  kind: string,
  salt: Uint8Array,
  details: Uint8Array,
  headers: HeaderList,
  body: Uint8Array,
): Seen | undefined {
  const parsed = kind === 'request' ? parseRequestDetails(details) : parseResponseDetails(details);
  if (!parsed.ok) return undefined;
  const entry = Buffer.from(commit(kind, salt, Buffer.from(details))).toString('hex');
  const request = 'request' in parsed.value ? parsed.value.request : undefined;
  return {
    kind,
    entry,
    id: parsed.value.id,
    request,
    details: Buffer.from(details),
    salt: Buffer.from(salt),
    headers,
    body: Buffer.from(body),
  };
}
