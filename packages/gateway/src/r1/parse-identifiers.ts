/**
 * X-Road identifiers as they stand in paths and headers: parts joined by `/`, each percent-encoded UTF-8 by
 * itself (r1, 4.2). What comes out holds only the characters that X-Road allows in ids, so it can be compared,
 * logged and joined again without another thought.
 */
import { type GatewayId, isIdPart, type MemberId, type ServiceId, type SubsystemId } from '@minben/kernel';

/** A client: a subsystem, or a member itself when X-Road-Client names only three parts. */
export type ClientId = SubsystemId | MemberId;

/** On whose behalf the client acts: `[class/]member` (X-Road-Represented-Party). */
export interface RepresentedParty {
  readonly memberClass?: string;
  readonly memberCode: string;
}

export function parseServiceParts(segments: readonly string[]): ServiceId | undefined {
  return joinParts(segments, 5, 5) as ServiceId | undefined;
}

export function parseClientId(value: string): ClientId | undefined {
  return joinParts(value.split('/'), 3, 4) as ClientId | undefined;
}

/** A security server is a gateway here. */
export function parseSecurityServer(value: string): GatewayId | undefined {
  return joinParts(value.split('/'), 4, 4) as GatewayId | undefined;
}

export function parseRepresentedParty(value: string): RepresentedParty | undefined {
  const parts = decodeParts(value.split('/'));
  if (parts === undefined) return undefined;
  const [first, second] = parts;
  if (first === undefined || parts.length > 2) return undefined;
  return second === undefined ? { memberCode: first } : { memberClass: first, memberCode: second };
}

function joinParts(segments: readonly string[], atLeast: number, atMost: number): string | undefined {
  if (segments.length < atLeast || segments.length > atMost) return undefined;
  return decodeParts(segments)?.join('/');
}

function decodeParts(segments: readonly string[]): string[] | undefined {
  const parts: string[] = [];
  for (const segment of segments) {
    const part = segment.includes('%') ? decodePart(segment) : segment;
    if (part === undefined || !isIdPart(part)) return undefined;
    parts.push(part);
  }
  return parts;
}

function decodePart(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
