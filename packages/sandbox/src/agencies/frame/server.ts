/**
 * The HTTP door of an agency's system: loopback only, and only for the holder of the gateway's secret, so that
 * exactly one path reaches a register. Logs and metrics name routes and rules, never what was asked or answered.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import swagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { chooseLanguage, problemMediaType, writeProblem } from '@minben/kernel';
import Fastify, { type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify';
import type { AgencyConfig, AgencyPorts, AgencySystem } from './model.ts';
import { type AgencyRule, agencyProblem, Refusal } from './problems.ts';

export interface Readiness {
  /** What is not ready yet; empty = ready. */
  reasons(): Promise<string[]>;
  /** Persons without a pseudonym. */
  waiting(): Promise<number>;
}

export type AgencyServer = Awaited<ReturnType<typeof createServer>>;

/** Paths that say nothing about anybody and need no secret. */
const OPEN = new Set(['/healthz', '/readyz', '/metrics', '/openapi.json']);

export async function createServer(
  system: Pick<AgencySystem<never>, 'code' | 'title' | 'description'>,
  config: Pick<AgencyConfig, 'gatewaySecret'>,
  ports: AgencyPorts,
  readiness: Readiness,
) {
  // What the document does not name is refused, not quietly dropped; nothing is turned into another type.
  const ajv = { customOptions: { removeAdditional: false, coerceTypes: false } } as const;
  const server = Fastify({
    logger: false,
    forceCloseConnections: true,
    bodyLimit: 64 * 1024,
    ajv,
  }).withTypeProvider<TypeBoxTypeProvider>();
  const answered = new Map<string, number>();

  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: `${system.title['zh-TW']} · ${system.title.en}`,
        description: system.description,
        version: '1.0.0',
      },
      components: { securitySchemes: { gateway: { type: 'apiKey', in: 'header', name: 'T-Road-Gateway-Secret' } } },
      security: [{ gateway: [] }],
    },
  });

  const secret = digest(config.gatewaySecret);
  server.addHook('onRequest', async (request) => {
    if (OPEN.has(request.routeOptions.url ?? '')) return;
    const given = request.headers['t-road-gateway-secret'];
    if (typeof given !== 'string' || !timingSafeEqual(digest(given), secret)) throw new Refusal('gateway-secret');
  });

  server.addHook('onResponse', async (request, reply) => {
    const route = `${request.method} ${request.routeOptions.url ?? 'unknown'}`;
    const key = `route="${route}",status="${reply.statusCode}"`;
    answered.set(key, (answered.get(key) ?? 0) + 1);
    if (!OPEN.has(request.routeOptions.url ?? ''))
      ports.log('info', 'call-answered', { route, status: reply.statusCode });
  });

  server.setErrorHandler((error: FastifyError, request, reply) => refuse(ruleFor(error, ports), request, reply));
  server.setNotFoundHandler((request, reply) => refuse('unknown-route', request, reply));

  server.get('/openapi.json', { schema: { hide: true } }, async () => server.swagger());
  server.get('/healthz', { schema: { hide: true } }, async () => ({ status: 'ok' }));
  server.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const reasons = await readiness.reasons();
    return reply.status(reasons.length === 0 ? 200 : 503).send({ ready: reasons.length === 0, reasons });
  });
  server.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    const lines = [
      '# TYPE agency_calls counter',
      ...[...answered].map(([labels, count]) => `agency_calls_total{agency="${system.code}",${labels}} ${count}`),
      '# TYPE agency_persons_waiting gauge',
      `agency_persons_waiting{agency="${system.code}"} ${await readiness.waiting()}`,
      '# EOF',
    ];
    return reply.type('application/openmetrics-text; version=1.0.0; charset=utf-8').send(`${lines.join('\n')}\n`);
  });
  return server;
}

function ruleFor(error: FastifyError, ports: AgencyPorts): AgencyRule {
  if (error instanceof Refusal) return error.rule;
  if (error.validation) return error.validationContext === 'headers' ? 'handover' : 'body';
  if (typeof error.statusCode === 'number' && error.statusCode < 500) return 'body';
  // The message may quote a value of a row; the name and code do not.
  ports.log('error', 'call-failed', { name: error.name, code: String(error.code ?? '') });
  return 'internal-error';
}

function refuse(rule: AgencyRule, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = agencyProblem(rule);
  const language = chooseLanguage(request.headers['accept-language']);
  if (rule === 'enrolment-unfinished') reply.header('retry-after', '2');
  return reply
    .status(problem.status)
    .type(problemMediaType)
    .header('content-language', language)
    .send(JSON.stringify(writeProblem(problem, language)));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
