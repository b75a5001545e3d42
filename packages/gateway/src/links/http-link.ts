/** The client end of the HTTP/1.1 binding between gateways. */
import type { ArrivedMessage, GatewayEntry, HeardHead, HttpEvidence, ToldState } from '@minben/exchange';
import {
  EXCHANGE_PREFIX,
  forwardedHeaders,
  OUTCOME_PREFIX,
  REFUSED_HEADER,
  readEvidenceHeaders,
  STATE_HEADER,
  writeEvidenceHeaders,
} from '@minben/exchange';
import { type HeaderList, type HttpResponse, type Network, NetworkError, type TlsIdentity } from '@minben/ports';
import type { HeadEar } from './message-stream.ts';
import type { LinkAnswer, OutgoingRequest, PeerLink, ToldAnswer } from './peer-link.ts';

export interface HttpLinkMeans {
  readonly network: Network;
  readonly ear: HeadEar;
  identity(): TlsIdentity;
}

/** A body of 1 MiB and the headers around it. */
const MAXIMUM_ANSWER = 1_048_576;
const TOLD_STATES: readonly string[] = ['not-received', 'open', 'unknown', 'answered'] satisfies ToldState[];

export function createHttpLinks({ network, ear, identity }: HttpLinkMeans): PeerLink {
  const call = (
    peer: GatewayEntry,
    method: string,
    path: string,
    headers: HeaderList,
    body: Uint8Array,
    timeoutMs: number,
  ) =>
    network.request({
      method,
      url: `https://${peer.address}${path}`,
      headers,
      body,
      tls: identity(),
      expectedFingerprints: peer.certificates,
      timeoutMs,
      maximumBytes: MAXIMUM_ANSWER,
    });

  const send = async (peer: GatewayEntry, request: OutgoingRequest): Promise<LinkAnswer> => {
    const { appended, salt, details, headers, body, method, path, timeoutMs } = request;
    const proof = { index: appended.index, path: appended.path, checkpoint: appended.head.checkpoint };
    const evidence = writeEvidenceHeaders({ kind: 'request', salt, details, proof });
    try {
      const answer = await call(peer, method, `${EXCHANGE_PREFIX}${path}`, [...headers, ...evidence], body, timeoutMs);
      const refused = headerOf(answer, REFUSED_HEADER);
      if (refused !== undefined) return { kind: 'bare', rule: refused, logId: headerOf(answer, 't-road-log-id') ?? '' };
      const arrived = arrive(peer, answer, ear);
      return arrived === undefined ? { kind: 'failed', sent: true } : { kind: 'arrived', arrived };
    } catch (error) {
      if (error instanceof NetworkError) return { kind: 'failed', sent: error.sent };
      throw error;
    }
  };

  const ask = async (peer: GatewayEntry, entry: Uint8Array, timeoutMs: number): Promise<ToldAnswer> => {
    try {
      const answer = await call(
        peer,
        'GET',
        `${OUTCOME_PREFIX}${Buffer.from(entry).toString('hex')}`,
        [],
        new Uint8Array(),
        timeoutMs,
      );
      const state = headerOf(answer, STATE_HEADER);
      if (state === undefined || !TOLD_STATES.includes(state)) return { state: 'unreachable' };
      if (state !== 'answered') return { state: state as Exclude<ToldState, 'answered'> };
      const arrived = arrive(peer, answer, ear);
      return arrived === undefined ? { state: 'unreachable' } : { state: 'answered', arrived };
    } catch (error) {
      if (error instanceof NetworkError) return { state: 'unreachable' };
      throw error;
    }
  };

  return { send, ask, close: () => undefined };
}

function arrive(peer: GatewayEntry, answer: HttpResponse, ear: HeadEar): ArrivedMessage | undefined {
  const evidence = readEvidenceHeaders(answer.headers);
  // The network port has compared the server's certificate with those of the peer.
  const fingerprint = peer.certificates[0];
  if (!evidence.ok || fingerprint === undefined) return undefined;
  const head = ear.hear(fingerprint, evidence.value.proof.checkpoint);
  return describeArrived(fingerprint, evidence.value, head, forwardedHeaders(answer.headers), answer.body);
}

/** The message as the checks see it, whichever binding brought it. */
export function describeArrived(
  peerFingerprint: string,
  { kind, salt, details, proof }: HttpEvidence,
  head: HeardHead | undefined,
  headers: HeaderList,
  body: Uint8Array,
): ArrivedMessage {
  const evidence = { kind, salt, details, index: proof.index, size: head?.head.size ?? 0, path: proof.path };
  return { peerFingerprint, evidence, head, headers, body };
}

function headerOf(answer: HttpResponse, wanted: string): string | undefined {
  return answer.headers.find(([name]) => name === wanted)?.[1];
}
