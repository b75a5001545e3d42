/** The port of a member's own applications: X-Road r1 with its meta-services (PROTOCOL 18), and the receipts of their messages. */
import type { BundleIndex, Refusal } from '@minben/exchange';
import { toXRoadError } from '@minben/exchange';
import { type MessageId, makeUuid, parseMessageId } from '@minben/kernel';
import type { Clock, HttpHandler, HttpRequest, HttpResponse, Random } from '@minben/ports';
import type { ApplicationAnswer, Caller } from '../core/call.ts';
import {
  answerAllowedMethods,
  answerListClients,
  answerListMethods,
  answerOpenApi,
  findDescribedService,
  forwardR1Headers,
  hashR1Request,
  isListClients,
  parseR1Call,
  type R1Call,
  writeR1ResponseHeaders,
} from '../r1/index.ts';
import type { MadeReceipt } from '../receipts.ts';

export interface ConsumerPortMeans {
  readonly caller: Caller;
  readonly clock: Clock;
  readonly random: Random;
  bundle(): BundleIndex | undefined;
  receipt(messageId: string): Promise<MadeReceipt | undefined>;
  onAnswered(outcome: ApplicationAnswer['kind'], milliseconds: number): void;
}

const RECEIPTS = '/receipts/';
const RECEIPT = /^\/receipts\/([^?]*)(?:\?wait=(\d{1,2}))?$/;
const LONGEST_WAIT_SECONDS = 30;
const LOOK_AGAIN_MS = 250;

export function createConsumerPort(means: ConsumerPortMeans): HttpHandler {
  const refuse = (refusal: Pick<Refusal, 'rule'> & Partial<Refusal>): HttpResponse =>
    toXRoadError({ hop: 'consumer-gateway', logId: means.random.bytes(8).toString('hex'), ...refusal });

  const answerMeta = (call: R1Call, bundle: BundleIndex): HttpResponse => {
    switch (call.metaService) {
      case 'listMethods':
        return answerListMethods(bundle, call.provider);
      case 'allowedMethods':
        return answerAllowedMethods(bundle, call.provider, call.client, Math.floor(means.clock.now() / 1000));
      default: {
        const service = findDescribedService(bundle, call.provider, call.query);
        return service.ok ? answerOpenApi(service.value) : refuse({ rule: service.error });
      }
    }
  };

  const exchange = async (request: HttpRequest): Promise<HttpResponse> => {
    const parsed = parseR1Call(request);
    if (!parsed.ok) return refuse(parsed.error);
    const call = parsed.value;
    if (call.metaService !== undefined) {
      const bundle = means.bundle();
      return bundle === undefined ? refuse({ rule: 'bundle-unknown' }) : answerMeta(call, bundle);
    }
    const since = means.clock.monotonic();
    const messageId = call.messageId ?? (makeUuid(means.clock.now(), means.random.bytes(10)) as string as MessageId);
    const answer = await means.caller.call({
      client: call.client,
      service: call.service,
      method: call.method,
      path: `${call.path}${call.query}`,
      headers: forwardR1Headers(request.headers, call, messageId),
      body: request.body,
      messageId,
      purpose: call.purpose,
      grant: call.grant,
      gateway: call.securityServer,
    });
    means.onAnswered(answer.kind, means.clock.monotonic() - since);
    return answer.kind === 'delivered'
      ? deliver(request, call, answer)
      : withMessageId(refuse(answer.refusal), answer.messageId);
  };

  /** `?wait=5`: waits so many seconds at most until witnesses have cosigned; without them the receipt is provisional. */
  const receipt = async (target: string): Promise<HttpResponse> => {
    const [, text = '', seconds = '0'] = RECEIPT.exec(target) ?? [];
    const id = parseMessageId(text);
    const until = means.clock.monotonic() + Math.min(Number(seconds), LONGEST_WAIT_SECONDS) * 1000;
    let found = id.ok ? await means.receipt(id.value) : undefined;
    while (id.ok && found?.isWitnessed === false && means.clock.monotonic() < until) {
      await new Promise<void>((resolve) => means.clock.after(LOOK_AGAIN_MS, resolve));
      found = await means.receipt(id.value);
    }
    if (found === undefined)
      return { status: 404, headers: [['content-type', 'text/plain; charset=utf-8']], body: Buffer.from(NO_RECEIPT) };
    return {
      status: 200,
      headers: [['content-type', 'application/json']],
      body: Buffer.from(`${JSON.stringify(found.receipt, null, 2)}\n`),
    };
  };

  return (request) => {
    const { method, path, headers } = request;
    if (method === 'GET' && path.startsWith(RECEIPTS)) return receipt(path);
    if (!isListClients({ method, path })) return exchange(request);
    const bundle = means.bundle();
    const accept = headers.find(([name]) => name === 'accept')?.[1];
    return Promise.resolve(
      bundle === undefined ? refuse({ rule: 'bundle-unknown' }) : answerListClients(bundle, accept),
    );
  };
}

const NO_RECEIPT =
  '找不到這個訊息編號的收據；請確認編號來自本閘道的 T-Road-Message-Id。\nNo receipt under this message id: use the T-Road-Message-Id of an answer of this gateway.\n';

function deliver(request: HttpRequest, call: R1Call, answer: ApplicationAnswer & { kind: 'delivered' }): HttpResponse {
  const { messageId, status, headers, body, sentHeaders } = answer;
  const requestHash = hashR1Request({
    method: call.method,
    path: request.path,
    headers: sentHeaders,
    requestId: messageId,
    body: request.body,
  });
  const answered = {
    client: call.client,
    service: call.service,
    queryId: call.queryId ?? messageId,
    requestId: messageId,
    requestHash,
  };
  return withMessageId({ status, headers: writeR1ResponseHeaders(headers, answered), body }, messageId);
}

function withMessageId(answer: HttpResponse, messageId: string): HttpResponse {
  return { ...answer, headers: [...answer.headers, ['t-road-message-id', messageId]] };
}
