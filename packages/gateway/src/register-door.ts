/**
 * The only code path that reaches an agency's system (PROTOCOL 23). What comes here has passed every check; the door
 * writes the headers that speak of the person, itself and alone, and proves to the system with a shared secret that it
 * is the gateway that speaks. It says of every failure what it means for the caller, and never retries.
 */
import { type FieldList, forwardRequestHeaders, type RuleName, splitNormalisedPath } from '@minben/exchange';
import { fail, type Result, succeed } from '@minben/kernel';
import { type HeaderList, type HttpResponse, type Logger, type Network, NetworkError } from '@minben/ports';
import type { RegisterCall, RegisterDoor } from './core/register-port.ts';

/** Where one service's system is, as the operator configured it. */
export interface RegisterAddress {
  /** `http://` or `https://` with host, port and perhaps a path: no query, fragment or user name. */
  readonly baseUrl: string;
  /** Milliseconds from the first byte sent to the last byte received. */
  readonly timeoutMs: number;
  /** Largest answer taken, in bytes. */
  readonly maximumBytes: number;
}

export interface RegisterDoorOptions {
  readonly network: Network;
  readonly log: Logger;
  /** By service id. */
  readonly services: ReadonlyMap<string, RegisterAddress>;
  /** Shared with the agency's system: it refuses calls without it. At least 32 characters of a header value. */
  readonly secret: string;
  /** Calls under way at most, over all services; more are refused as `overloaded` before a byte is sent. */
  readonly maximumInFlight: number;
}

export interface OpenRegisterDoor extends RegisterDoor {
  /** Calls under way. */
  readonly inFlight: number;
}

/** What stands for a header that the door writes itself, or that would spoil the filter's work. */
const REPLACED: ReadonlySet<string> = new Set(['x-road-client', 'accept-encoding']);
/** A part of a document cannot be filtered, and its validators were dropped from the answer. */
const ONLY_OF_WHOLE_DOCUMENTS: ReadonlySet<string> = new Set(['range', 'if-range', 'if-none-match', 'if-match']);
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** Opens the door. Throws when an address or the secret cannot be used: that is a fault of the configuration. */
export function openRegisterDoor(options: RegisterDoorOptions): OpenRegisterDoor {
  const { network, log, secret, maximumInFlight } = options;
  if (!/^[\x21-\x7e]{32,}$/.test(secret))
    throw new Error('the register secret needs at least 32 visible ASCII characters');
  const addresses = new Map([...options.services].map(([service, address]) => [service, prepare(address)]));
  let inFlight = 0;

  const ask = async (call: RegisterCall, address: RegisterAddress): Promise<Result<HttpResponse, RuleName>> => {
    try {
      const answer = await network.request({
        method: call.method,
        url: joinUrl(address.baseUrl, call.path),
        headers: writeHeaders(call, secret),
        body: call.body,
        timeoutMs: address.timeoutMs,
        maximumBytes: address.maximumBytes,
      });
      return succeed(answer);
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      const rule = judgeFailure(error, call.method);
      log('warn', 'register-failed', { service: call.service, reason: error.reason, sent: error.sent, rule });
      return fail(rule);
    }
  };

  return {
    get inFlight() {
      return inFlight;
    },
    async forward(call) {
      // Checked long before; here it keeps a path from ever changing the host it is sent to.
      if (!splitNormalisedPath(call.path).ok) return fail('path-not-normalised');
      const address = addresses.get(call.service);
      if (address === undefined) {
        log('error', 'register-not-configured', { service: call.service });
        return fail('register-unreachable');
      }
      if (inFlight >= maximumInFlight) return fail('overloaded');
      inFlight += 1;
      try {
        return await ask(call, address);
      } finally {
        inFlight -= 1;
      }
    },
  };
}

/** What a failed call means: nothing was sent, no answer came in time, or nobody knows what the system did. */
function judgeFailure({ reason, sent }: NetworkError, method: string): RuleName {
  if (reason === 'too-large') return 'register-answer-too-large';
  if (!sent) return 'register-unreachable';
  if (reason === 'timeout') return 'register-timeout';
  return SAFE_METHODS.has(method) ? 'register-unreachable' : 'outcome-unknown';
}

function writeHeaders(call: RegisterCall, secret: string): HeaderList {
  const isFiltered = call.fields !== 'whole-document';
  const headers = forwardRequestHeaders(call.headers).filter(
    ([name]) => !REPLACED.has(name) && !(isFiltered && ONLY_OF_WHOLE_DOCUMENTS.has(name)),
  );
  const own: [string, string][] = [
    ['x-road-client', call.client],
    ['t-road-gateway-secret', secret],
    ['t-road-client', call.client],
    ['t-road-message-id', call.messageId],
    ['t-road-purpose', call.purpose],
    ['t-road-fields', writeFields(call.fields)],
  ];
  if (call.subject !== undefined) own.push(['t-road-subject', call.subject]);
  // A compressed answer could not be filtered (PROTOCOL 19).
  const encoding = isFiltered ? 'identity' : call.headers.find(([name]) => name === 'accept-encoding')?.[1];
  if (encoding !== undefined) own.push(['accept-encoding', encoding]);
  return [...headers, ...own];
}

/** Field paths joined by commas, percent-encoded UTF-8 where a path is not ASCII; `whole-document` for everything. */
function writeFields(fields: FieldList): string {
  return typeof fields === 'string'
    ? fields
    : fields.map((path) => path.replace(/[^\x21-\x7e]+/g, encodeURIComponent)).join(',');
}

function prepare(address: RegisterAddress): RegisterAddress {
  const url = new URL(address.baseUrl);
  const isPlain =
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '' &&
    !address.baseUrl.includes('?');
  if (!['http:', 'https:'].includes(url.protocol) || !isPlain)
    throw new Error(`not a base address for a register: ${url.origin}`);
  return { ...address, baseUrl: address.baseUrl.replace(/\/+$/, '') };
}

/** The base, then the path as it stands; a bare host still needs the slash that a request line must have. */
function joinUrl(base: string, path: string): string {
  const needsSlash = !path.startsWith('/') && new URL(base).pathname === '/';
  return `${base}${needsSlash ? '/' : ''}${path}`;
}
