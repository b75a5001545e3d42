/**
 * Which headers travel, which are refused, and the digest over those that travel (PROTOCOL 4, 6, 23). Names are
 * lower-case, as HeaderList has them. Control headers of T-Road are never forwarded: what they say travels in the
 * evidence, and towards the register only the provider's gateway writes them.
 */
import { hash } from 'node:crypto';
import type { HeaderList } from '@minben/ports';

/** Where headers arrived from. */
export type HeaderSource = 'application' | 'peer-gateway' | 'register';

/**
 * RFC 9110 §7.6.1, and what X-Road drops besides: Host, User-Agent, Server. Content-Length and Date are written anew
 * on each hop; were they forwarded, nobody could tell the register's from the transport's.
 */
export const NEVER_FORWARDED: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'trailers',
  'transfer-encoding',
  'upgrade',
  'expect',
  'content-length',
  'date',
  'host',
  'user-agent',
  'server',
]);

/** Headers of the X-Road protocol that a gateway writes itself; a client's own are dropped (r1, 4.3). */
const WRITTEN_BY_GATEWAYS = new Set(['x-road-request-id', 'x-road-request-hash', 'x-road-error', 'x-road-service']);

/** They identify the unfiltered document, so beside a filtered one they would be wrong, and an oracle on what was withheld. */
const OF_THE_UNFILTERED = new Set([
  'etag',
  'digest',
  'content-digest',
  'repr-digest',
  'content-md5',
  'content-range',
  'accept-ranges',
  'signature',
  'signature-input',
]);

/** T-Road headers that each source may send; any other is refused. */
const ALLOWED_CONTROL: Readonly<Record<HeaderSource, ReadonlySet<string>>> = {
  application: new Set(['t-road-grant', 't-road-purpose', 't-road-sealed-subject']),
  'peer-gateway': new Set(['t-road-evidence', 't-road-proof', 't-road-grant', 't-road-sealed-subject']),
  register: new Set(),
};

/**
 * Name of the first header that only a gateway may set, or undefined when there is none. Deny by default: of
 * everything that begins with `T-Road-`, only the source's own few pass. `_` counts as `-`, because many servers
 * hand both to the application under one name. Answer the name as `spoofed-header`, `about`.
 */
export function findSpoofedHeader(headers: HeaderList, source: HeaderSource): string | undefined {
  for (const [name] of headers) {
    if (isControlHeader(name) && !ALLOWED_CONTROL[source].has(name)) return name.replaceAll('_', '-');
  }
  return undefined;
}

function isControlHeader(name: string): boolean {
  const first = name.charCodeAt(0);
  if (first !== 0x74 && first !== 0x54) return false;
  return name.toLowerCase().replaceAll('_', '-').startsWith('t-road-');
}

/** The headers of a request that travel on, in order. Those that Connection names stay behind as well. */
export function forwardRequestHeaders(headers: HeaderList): HeaderList {
  const named = namedByConnection(headers);
  return headers.filter(([name]) => travels(name, named));
}

/** The headers of a register's answer that travel back, in order. */
export function forwardResponseHeaders(headers: HeaderList, filtered: boolean): HeaderList {
  const named = namedByConnection(headers);
  return headers.filter(([name]) => travels(name, named) && !(filtered && OF_THE_UNFILTERED.has(name)));
}

function travels(name: string, named: ReadonlySet<string> | undefined): boolean {
  if (NEVER_FORWARDED.has(name) || WRITTEN_BY_GATEWAYS.has(name) || isControlHeader(name)) return false;
  return named === undefined || !named.has(name);
}

function namedByConnection(headers: HeaderList): ReadonlySet<string> | undefined {
  let named: Set<string> | undefined;
  for (const [name, value] of headers) {
    if (name !== 'connection') continue;
    named ??= new Set();
    for (const option of value.split(',')) named.add(option.trim().toLowerCase());
  }
  return named;
}

/**
 * Whether every name is a lower-case token and every value can stand in a header field (RFC 9110 §5.5): octets without
 * controls. Check it on what a peer sent before anything else is done with it: it keeps line breaks out of the
 * register's request, and the digest exact.
 */
export function areWellFormedHeaders(headers: HeaderList): boolean {
  return headers.every(
    ([name, value]) => /^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value),
  );
}

/**
 * SHA-256 (hex) over the forwarded headers, in order: for each header the length of its name in decimal, `:`, the
 * lower-case name, the length of its value, `:`, the value. Lengths count octets, as on the wire (ISO 8859-1).
 */
export function digestHeaders(headers: HeaderList): string {
  let text = '';
  for (const [name, value] of headers) text += `${name.length}:${name.toLowerCase()}${value.length}:${value}`;
  return hash('sha256', Buffer.from(text, 'latin1'), 'hex');
}
