/**
 * The operator port, on loopback and under a token. It makes and withdraws grants, registers gateways and
 * publishes the bundle; the consent room takes its place later.
 *   POST /grants · POST /withdrawals {"jti"} · GET /withdrawals/<jti> · POST /gateways · POST /bundle
 *   GET /healthz · /readyz · /metrics (these three without the token)
 */
import { LogRefusal, proveEntry } from '@minben/evidence';
import type { Result } from '@minben/kernel';
import type { HttpHandler, HttpRequest, HttpResponse } from '@minben/ports';
import Type from 'typebox';
import type { Publisher } from '../bundle/publish-bundle.ts';
import { type CreatedGrant, GrantOrder, type GrantOrderError } from '../grants/create-grant.ts';
import { GatewayOrder, type RegisteredGateway, type RegistrationError } from '../grants/register-gateway.ts';
import type { Journal } from '../notes/journal.ts';
import type { StatusAuthority } from '../status/status-authority.ts';
import type { Withdrawal } from '../status/status-book.ts';
import { answerJson, answerText, bodyReader, type Routes, route } from './answers.ts';
import { hasSecret, refuse } from './problems.ts';

const readGrant = bodyReader(GrantOrder);
const readGateway = bodyReader(GatewayOrder);
const readWithdrawal = bodyReader(Type.Object({ jti: Type.String() }, { additionalProperties: false }));

export interface OperatorMeans {
  readonly token: string;
  readonly journal: Journal;
  readonly authority: StatusAuthority;
  readonly publisher: Publisher;
  readonly createGrant: (order: GrantOrder) => Promise<Result<CreatedGrant, GrantOrderError>>;
  readonly withdrawGrant: (jti: string) => Promise<Result<Withdrawal, 'grant-unknown'>>;
  readonly registerGateway: (order: GatewayOrder) => Promise<Result<RegisteredGateway, RegistrationError>>;
  /** Reasons not to send work here, as words; empty when ready. */
  readonly reasons: () => readonly string[];
  /** OpenMetrics text. */
  readonly metrics: () => string;
}

export function createOperatorHandler(means: OperatorMeans): HttpHandler {
  const { authority, publisher } = means;

  const guarded: Routes = {
    'POST /grants': async (request) => {
      const order = readGrant(request);
      if (!order) return refuse(request, 'body-malformed');
      const created = await means.createGrant(order);
      return created.ok ? answerJson(201, created.value) : refuse(request, created.error);
    },
    'POST /withdrawals': async (request) => {
      const order = readWithdrawal(request);
      if (!order) return refuse(request, 'body-malformed');
      const withdrawn = await means.withdrawGrant(order.jti);
      if (!withdrawn.ok) return refuse(request, withdrawn.error);
      return answerEffect(request, 201, withdrawn.value);
    },
    'GET /withdrawals/': (request, jti) => {
      const withdrawal = means.journal.book.withdrawal(jti);
      if (withdrawal) return answerEffect(request, 200, withdrawal);
      return refuse(request, means.journal.book.grant(jti) ? 'not-withdrawn' : 'grant-unknown');
    },
    'POST /gateways': async (request) => {
      const order = readGateway(request);
      if (!order) return refuse(request, 'body-malformed');
      const registered = await means.registerGateway(order);
      if (registered.ok) return answerJson(201, registered.value);
      if (registered.error.name === 'request-refused')
        return refuse(request, 'request-refused', { reason: registered.error.reason });
      return refuse(request, registered.error.name, { problems: registered.error.problems });
    },
    'POST /bundle': async (request) => {
      const published = await publisher.publish();
      if (!published.ok) return refuse(request, 'sources-invalid', { problems: published.error });
      return answerJson(200, { outcome: published.value.outcome, version: published.value.bundle.version });
    },
  };

  /** The effect, and the withdrawal's receipt: details, salt and proof that open its entry in the hub's log. */
  const answerEffect = async (request: HttpRequest, status: number, withdrawal: Withdrawal): Promise<HttpResponse> => {
    const effect = authority.effectOf(withdrawal.jti);
    if (!effect.ok) return refuse(request, effect.error);
    return answerJson(status, { ...effect.value, receipt: await makeReceipt(withdrawal) });
  };

  const makeReceipt = async ({ details, salt, entry }: Withdrawal): Promise<object | undefined> => {
    if (entry === undefined || entry >= means.journal.log.head.size) return undefined;
    return { v: 1, kind: 'withdrawal', details, salt, proof: await proveEntry(means.journal.log, entry) };
  };

  const behindToken = route(guarded);
  const open = route({
    'GET /healthz': () => answerText(200, 'ok\n'),
    'GET /readyz': () => {
      const reasons = means.reasons();
      return answerJson(reasons.length === 0 ? 200 : 503, { ready: reasons.length === 0, reasons });
    },
    'GET /metrics': () =>
      answerText(200, means.metrics(), 'application/openmetrics-text; version=1.0.0; charset=utf-8'),
  });

  return async (request) => {
    if (['/healthz', '/readyz', '/metrics'].includes(request.path)) return open(request);
    if (!hasSecret(request, 'authorization', `Bearer ${means.token}`)) return refuse(request, 'token-missing-or-wrong');
    try {
      return await behindToken(request);
    } catch (error) {
      // A log that does not write is an expected outcome for whoever asks, not a fault of the handler.
      if (error instanceof LogRefusal) return refuse(request, 'hub-not-writable');
      throw error;
    }
  };
}
