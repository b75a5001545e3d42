/**
 * The trust bundle arranged for the gateway's hot path: every question is one look-up in a map that was
 * built once, keys are ready for checking, and nothing can be changed.
 */
import type { KeyObject } from 'node:crypto';
import type { Agreement, GatewayEntry, Member, Service, TrustBundle } from './bundle-model.ts';
import { type LogKey, readBundleKey, readLogKey } from './keys.ts';

/** A key with the seconds between which signatures under it count. */
export interface TimedKey {
  readonly id: string;
  readonly key: KeyObject;
  readonly validFrom: number;
  readonly validUntil: number;
}

export interface BundleIndex {
  readonly bundle: TrustBundle;
  readonly version: number;
  readonly hubLogKey: LogKey;
  readonly members: ReadonlyMap<string, Member>;
  readonly gateways: ReadonlyMap<string, GatewayEntry>;
  /** By SHA-256 (hex) of a certificate that the gateway may present. */
  readonly gatewaysByCertificate: ReadonlyMap<string, GatewayEntry>;
  readonly gatewaysByOrigin: ReadonlyMap<string, GatewayEntry>;
  readonly gatewaysOfMember: ReadonlyMap<string, readonly GatewayEntry[]>;
  /** The member that a gateway belongs to, by gateway id. */
  readonly memberOfGateway: ReadonlyMap<string, Member>;
  /** The log key of a gateway, by gateway id. */
  readonly logKeys: ReadonlyMap<string, LogKey>;
  readonly services: ReadonlyMap<string, Service>;
  readonly agreements: ReadonlyMap<string, Agreement>;
  readonly witnesses: ReadonlyMap<string, TrustBundle['witnesses'][number]>;
  readonly purposes: ReadonlyMap<string, TrustBundle['purposes'][number]>;
  readonly grantKeys: ReadonlyMap<string, TimedKey>;
  readonly statusKeys: ReadonlyMap<string, TimedKey>;
  /** Agreements under which a client subsystem may call a service; empty when there is none. */
  agreementsBetween(client: string, service: string): readonly Agreement[];
}

const NONE: readonly Agreement[] = Object.freeze([]);

/**
 * Builds the look-ups. Throws when a key cannot be read or an id stands twice: the registry never publishes
 * such a bundle, so one that passed its signature and holds them is a fault, not an outcome.
 */
export function indexBundle(bundle: TrustBundle): BundleIndex {
  const members = mapBy('member', bundle.members, (member) => member.id);
  const gateways = mapBy('gateway', bundle.gateways, (gateway) => gateway.id);
  const pairs = groupBy(bundle.agreements, (agreement) => pairOf(agreement.client, agreement.service));
  return Object.freeze({
    bundle: freezeDeeply(bundle),
    version: bundle.version,
    hubLogKey: logKeyOf(bundle.hub.origin, bundle.hub.logKey),
    members,
    gateways,
    gatewaysByCertificate: mapBy(
      'certificate',
      bundle.gateways.flatMap((gateway) => gateway.certificates.map((fingerprint) => ({ fingerprint, gateway }))),
      (pair) => pair.fingerprint,
      (pair) => pair.gateway,
    ),
    gatewaysByOrigin: mapBy('origin', bundle.gateways, (gateway) => gateway.origin),
    gatewaysOfMember: groupBy(bundle.gateways, (gateway) => gateway.member),
    memberOfGateway: mapBy(
      'gateway',
      bundle.gateways,
      (gateway) => gateway.id,
      (gateway) => required(members, gateway.member),
    ),
    logKeys: mapBy(
      'gateway',
      bundle.gateways,
      (gateway) => gateway.id,
      (gateway) => logKeyOf(gateway.origin, gateway.logKey),
    ),
    services: mapBy('service', bundle.services, (service) => service.id),
    agreements: mapBy('agreement', bundle.agreements, (agreement) => agreement.id),
    witnesses: mapBy('witness', bundle.witnesses, (witness) => witness.name),
    purposes: mapBy('purpose', bundle.purposes, (purpose) => purpose.code),
    grantKeys: mapBy('grant key', bundle.keys.grants, (entry) => entry.id, readTimedKey),
    statusKeys: mapBy('status key', bundle.keys.status, (entry) => entry.id, readTimedKey),
    agreementsBetween: (client: string, service: string) => pairs.get(pairOf(client, service)) ?? NONE,
  });
}

/** Newline cannot stand in an identifier, so no two pairs share a key. */
function pairOf(client: string, service: string): string {
  return `${client}\n${service}`;
}

function mapBy<T>(what: string, items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, T>;
function mapBy<T, V>(
  what: string,
  items: readonly T[],
  keyOf: (item: T) => string,
  select: (item: T) => V,
): ReadonlyMap<string, V>;
function mapBy<T>(
  what: string,
  items: readonly T[],
  keyOf: (item: T) => string,
  select: (item: T) => unknown = (item) => item,
) {
  const map = new Map<string, unknown>();
  for (const item of items) {
    const key = keyOf(item);
    if (map.has(key)) throw new Error(`the bundle holds the ${what} ${key} twice`);
    map.set(key, select(item));
  }
  return map;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const map = new Map<string, T[]>();
  for (const item of items) {
    const group = map.get(keyOf(item));
    if (group) group.push(item);
    else map.set(keyOf(item), [item]);
  }
  for (const group of map.values()) Object.freeze(group);
  return map;
}

function required<V>(map: ReadonlyMap<string, V>, key: string): V {
  const value = map.get(key);
  if (value === undefined) throw new Error(`the bundle names ${key} but does not hold it`);
  return value;
}

function logKeyOf(origin: string, text: string): LogKey {
  const key = readLogKey(text);
  if (key?.name !== origin) throw new Error(`the bundle's log key for ${origin} cannot be read or names another log`);
  return key;
}

function readTimedKey(entry: TrustBundle['keys']['grants'][number]): TimedKey {
  const key = readBundleKey(entry.key);
  if (!key) throw new Error(`the bundle's key ${entry.id} cannot be read`);
  return Object.freeze({ id: entry.id, key, validFrom: entry.validFrom, validUntil: entry.validUntil });
}

function freezeDeeply<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) freezeDeeply(member);
  }
  return value;
}
