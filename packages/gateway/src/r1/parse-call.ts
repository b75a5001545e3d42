/**
 * Reads a request on the consumer port as X-Road's REST message protocol r1 has it, so that existing X-Road clients
 * run unchanged. Nothing is guessed and nothing is repaired: a request that two readers could read in two ways is
 * refused by name.
 */
import { findSpoofedHeader, forwardRequestHeaders, type RuleName, splitNormalisedPath } from '@minben/exchange';
import {
  fail,
  type GatewayId,
  type MessageId,
  parseMessageId,
  type Result,
  type ServiceId,
  type SubsystemId,
  subsystemOf,
  succeed,
} from '@minben/kernel';
import type { HeaderList, HttpRequest } from '@minben/ports';
import {
  type ClientId,
  parseClientId,
  parseRepresentedParty,
  parseSecurityServer,
  parseServiceParts,
  type RepresentedParty,
} from './parse-identifiers.ts';

/** The methods that X-Road knows (r1, 4.1). */
const METHODS: ReadonlySet<string> = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE']);
/** Services that X-Road answers itself (service metadata protocol for REST). */
const META_SERVICES = ['listMethods', 'allowedMethods', 'getOpenAPI'] as const;

export type MetaService = (typeof META_SERVICES)[number];

export interface R1Call {
  readonly method: string;
  readonly service: ServiceId;
  /** The provider's subsystem. */
  readonly provider: SubsystemId;
  /** Set when the service is one of X-Road's own. */
  readonly metaService?: MetaService;
  /** Normal path below the service, empty or beginning with `/`; `query` with its `?`. Both exactly as sent. */
  readonly path: string;
  readonly query: string;
  readonly client: ClientId;
  /** X-Road-Id as sent, echoed in the answer. */
  readonly queryId?: string;
  /** X-Road-Id where it is a UUIDv7: then it is the message id, and a retry keeps it (PROTOCOL 10). */
  readonly messageId?: MessageId;
  readonly securityServer?: GatewayId;
  readonly representedParty?: RepresentedParty;
  /** What the application asks its own gateway to send along. */
  readonly grant?: string;
  readonly purpose?: string;
  readonly sealedSubject?: string;
}

export interface R1Refusal {
  readonly rule: RuleName;
  /** The header concerned. */
  readonly about?: string;
}

/** Whether the request asks for the list of members, which has no service id. */
export function isListClients({ method, path }: Pick<HttpRequest, 'method' | 'path'>): boolean {
  return (method === 'GET' || method === 'HEAD') && (path === '/listClients' || path.startsWith('/listClients?'));
}

/** Reads one request. The refusal's hop is this gateway. */
export function parseR1Call(request: Pick<HttpRequest, 'method' | 'path' | 'headers'>): Result<R1Call, R1Refusal> {
  const { headers, method } = request;
  const spoofed = findSpoofedHeader(headers, 'application');
  if (spoofed !== undefined) return fail({ rule: 'spoofed-header', about: spoofed });
  if (!METHODS.has(method)) return fail({ rule: 'method-not-known' });
  const target = parseTarget(request.path);
  if (!target.ok) return fail({ rule: target.error });
  const client = lastValue(headers, 'x-road-client');
  if (client === undefined) return fail({ rule: 'header-missing', about: 'x-road-client' });
  const clientId = parseClientId(client);
  if (clientId === undefined) return fail({ rule: 'header-malformed', about: 'x-road-client' });
  const optional = parseOptionalHeaders(headers);
  if (!optional.ok) return optional;
  return succeed({ method, ...target.value, client: clientId, ...optional.value });
}

type Target = Pick<R1Call, 'service' | 'provider' | 'path' | 'query' | 'metaService'>;

function parseTarget(target: string): Result<Target, RuleName> {
  const mark = target.indexOf('?');
  const rawPath = mark < 0 ? target : target.slice(0, mark);
  const [lead, version, ...segments] = rawPath.split('/', 7);
  if (lead !== '' || version === undefined || !/^r[0-9]$/.test(version)) return fail('identifier-malformed');
  if (version !== 'r1') return fail('protocol-version-unsupported');
  const service = parseServiceParts(segments);
  if (service === undefined) return fail('identifier-malformed');
  const below = target.slice(3 + segments.reduce((length, segment) => length + 1 + segment.length, 0));
  const split = splitNormalisedPath(below);
  if (!split.ok) return split;
  const metaService = META_SERVICES.find((name) => service.endsWith(`/${name}`));
  return succeed({
    service,
    provider: subsystemOf(service),
    ...split.value,
    ...(metaService === undefined ? {} : { metaService }),
  });
}

type OptionalParts = Pick<
  R1Call,
  'queryId' | 'messageId' | 'securityServer' | 'representedParty' | 'grant' | 'purpose' | 'sealedSubject'
>;

function parseOptionalHeaders(headers: HeaderList): Result<OptionalParts, R1Refusal> {
  const parts: { -readonly [K in keyof OptionalParts]: OptionalParts[K] } = {};
  const queryId = lastValue(headers, 'x-road-id');
  if (queryId !== undefined && queryId !== '') {
    if (queryId.length > 255) return fail({ rule: 'header-malformed', about: 'x-road-id' });
    parts.queryId = queryId;
    const messageId = parseMessageId(queryId);
    if (messageId.ok) parts.messageId = messageId.value;
  }
  const server = lastValue(headers, 'x-road-security-server');
  if (server !== undefined) {
    const gateway = parseSecurityServer(server);
    if (gateway === undefined) return fail({ rule: 'header-malformed', about: 'x-road-security-server' });
    parts.securityServer = gateway;
  }
  const represented = lastValue(headers, 'x-road-represented-party');
  if (represented !== undefined) {
    const party = parseRepresentedParty(represented);
    if (party === undefined) return fail({ rule: 'header-malformed', about: 'x-road-represented-party' });
    parts.representedParty = party;
  }
  for (const [name, part] of CONTROL_HEADERS) {
    const values = headers.filter(([header]) => header === name);
    if (values.length > 1) return fail({ rule: 'header-malformed', about: name });
    if (values[0] !== undefined) parts[part] = values[0][1];
  }
  return succeed(parts);
}

/** They must stand once: which of two grants was meant is nothing to guess. */
const CONTROL_HEADERS = [
  ['t-road-grant', 'grant'],
  ['t-road-purpose', 'purpose'],
  ['t-road-sealed-subject', 'sealedSubject'],
] as const;

/**
 * The headers that travel with the call: filtered (PROTOCOL 6), with the one X-Road-Client and X-Road-Id that count,
 * the id that the gateway made where the client sent none (r1, 4.3), and the sealed subject of a statutory call.
 */
export function forwardR1Headers(
  headers: HeaderList,
  call: Pick<R1Call, 'client' | 'queryId' | 'sealedSubject'>,
  messageId: MessageId,
): HeaderList {
  const kept = forwardRequestHeaders(headers).filter(([name]) => name !== 'x-road-client' && name !== 'x-road-id');
  const sealed = call.sealedSubject === undefined ? [] : [['t-road-sealed-subject', call.sealedSubject] as const];
  return [...kept, ['x-road-client', call.client], ['x-road-id', call.queryId ?? messageId], ...sealed];
}

/** Several headers of one name: the last one wins (r1, 4.3). */
function lastValue(headers: HeaderList, name: string): string | undefined {
  for (let at = headers.length - 1; at >= 0; at -= 1) {
    const header = headers[at];
    if (header !== undefined && header[0] === name) return header[1];
  }
  return undefined;
}
