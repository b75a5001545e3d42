/** The client end of the HTTP/1.1 binding in the hands of a test. */
import {
  EXCHANGE_PREFIX,
  type HttpEvidence,
  parseResponseDetails,
  REFUSED_HEADER,
  readEvidenceHeaders,
  writeEvidenceHeaders,
} from '@minben/exchange';
import { type HeaderList, type HttpResponse, type Network, NetworkError, type TlsIdentity } from '@minben/ports';
import { problemOf, type Reply, type Wire } from './wire.ts';

export interface HttpTarget {
  readonly address: string;
  readonly identity: TlsIdentity;
  readonly fingerprints: readonly string[];
}

/** `alter` changes the header list at the very last. */
export async function sendOverHttp(
  network: Network,
  { address, identity, fingerprints }: HttpTarget,
  wire: Wire,
  alter: (headers: HeaderList) => HeaderList = (headers) => headers,
): Promise<Reply> {
  const { kind, salt, details, index, path, checkpoint, headers, body, method, line } = wire;
  const evidence: HttpEvidence = { kind, salt, details, proof: { index, path, checkpoint } };
  try {
    const answer = await network.request({
      method,
      url: `https://${address}${EXCHANGE_PREFIX}${line}`,
      headers: alter([...headers, ...writeEvidenceHeaders(evidence)]),
      body,
      tls: identity,
      expectedFingerprints: fingerprints,
      timeoutMs: 20_000,
      maximumBytes: 2 * 1_048_576,
    });
    return describeAnswer(answer);
  } catch (error) {
    if (error instanceof NetworkError) return { kind: 'closed', headers: [], body: Buffer.alloc(0) };
    throw error;
  }
}

function describeAnswer(answer: HttpResponse): Reply {
  const body = Buffer.from(answer.body);
  const refused = answer.headers.find(([name]) => name === REFUSED_HEADER)?.[1];
  const problem = problemOf(body);
  const common = { headers: answer.headers, body, status: answer.status };
  if (refused !== undefined)
    return { kind: 'bare', rule: refused, ...common, ...(problem === undefined ? {} : { problem }) };
  const evidence = readEvidenceHeaders(answer.headers);
  if (!evidence.ok) return { kind: 'closed', ...common };
  const details = parseResponseDetails(evidence.value.details);
  if (!details.ok) throw new Error('the gateway answered with details that cannot be read');
  const isRefusal = details.value.outcome !== 'delivered';
  return {
    kind: evidence.value.kind as Reply['kind'],
    details: details.value,
    evidence: evidence.value,
    place: evidence.value.proof,
    checkpoint: evidence.value.proof.checkpoint,
    ...common,
    ...(details.value.rule === undefined ? {} : { rule: details.value.rule }),
    ...(isRefusal && problem !== undefined ? { problem } : {}),
  };
}
