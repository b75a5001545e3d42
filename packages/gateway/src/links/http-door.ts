/** The server end of the HTTP/1.1 binding: one request with its evidence in, one answer with its evidence out. */
import {
  type ArrivedRequest,
  EXCHANGE_PREFIX,
  forwardedHeaders,
  isRuleName,
  OUTCOME_PREFIX,
  REFUSED_HEADER,
  type RuleName,
  readEvidenceHeaders,
  STATE_HEADER,
  toProblem,
  writeEvidenceHeaders,
} from '@minben/exchange';
import type { HttpHandler, HttpRequest, HttpResponse } from '@minben/ports';
import type { Answer, ProvenAnswer } from '../core/answer.ts';
import type { Told } from './framed-door.ts';
import { describeArrived } from './http-link.ts';
import type { HeadEar } from './message-stream.ts';

export interface HttpDoorMeans {
  readonly ear: HeadEar;
  receive(arrived: ArrivedRequest): Promise<Answer>;
  tell(peerFingerprint: string, entry: Uint8Array): Promise<Told>;
}

const ENTRY = /^[0-9a-f]{64}$/;

export function createHttpDoor({ ear, receive, tell }: HttpDoorMeans): HttpHandler {
  const exchange = async (request: HttpRequest, fingerprint: string): Promise<HttpResponse> => {
    const evidence = readEvidenceHeaders(request.headers);
    if (!evidence.ok) return refuse(evidence.error, '');
    const head = ear.hear(fingerprint, evidence.value.proof.checkpoint);
    const line = { method: request.method, path: request.path.slice(EXCHANGE_PREFIX.length) };
    const arrived = describeArrived(fingerprint, evidence.value, head, forwardedHeaders(request.headers), request.body);
    return letLeave(await receive({ ...arrived, line }));
  };

  const letLeave = async (answer: Answer): Promise<HttpResponse> => {
    if (!answer.proven) return refuse(answer.rule, answer.logId);
    const refusal = answer.release();
    if (refusal !== undefined) return letLeave(await answer.withhold(refusal));
    answer.left();
    return { status: statusOf(answer), headers: [...answer.headers, ...evidenceHeaders(answer)], body: answer.body };
  };

  const outcome = async (request: HttpRequest, fingerprint: string): Promise<HttpResponse> => {
    const entry = request.path.slice(OUTCOME_PREFIX.length);
    if (!ENTRY.test(entry)) return refuse('malformed-message', '');
    const { state, evidence, head } = await tell(fingerprint, Buffer.from(entry, 'hex'));
    const proven =
      evidence === undefined || head === undefined
        ? []
        : writeEvidenceHeaders({
            ...evidence,
            proof: { index: evidence.index, path: evidence.path, checkpoint: head.checkpoint },
          });
    return { status: 200, headers: [[STATE_HEADER, state], ...proven], body: new Uint8Array() };
  };

  return (request) => {
    const fingerprint = request.peerFingerprint;
    if (fingerprint === undefined) return Promise.resolve(refuse('peer-certificate-unknown', ''));
    if (request.path.startsWith(OUTCOME_PREFIX)) return outcome(request, fingerprint);
    if (isExchange(request.path)) return exchange(request, fingerprint);
    return Promise.resolve(refuse('malformed-message', ''));
  };
}

function isExchange(path: string): boolean {
  const next = path[EXCHANGE_PREFIX.length];
  return path.startsWith(EXCHANGE_PREFIX) && (next === undefined || next === '/' || next === '?');
}

function evidenceHeaders({ kind, salt, details, appended }: ProvenAnswer) {
  return writeEvidenceHeaders({
    kind,
    salt,
    details,
    proof: { index: appended.index, path: appended.path, checkpoint: appended.head.checkpoint },
  });
}

/** The status stands in the details as well; both must agree, or the asker refuses. */
function statusOf({ details }: ProvenAnswer): number {
  return (JSON.parse(Buffer.from(details).toString()) as { status: number }).status;
}

function refuse(rule: RuleName, logId: string): HttpResponse {
  const known = isRuleName(rule) ? rule : 'internal-error';
  const problem = toProblem({ rule: known, hop: 'provider-gateway', logId });
  return { ...problem, headers: [...problem.headers, [REFUSED_HEADER, known], ['t-road-log-id', logId]] };
}
