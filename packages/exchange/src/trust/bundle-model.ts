/**
 * The trust bundle: everything a gateway must know to decide on its own, as one signed document.
 * The schema is the type and the check. Keys are raw bytes in base64url; log and witness keys are
 * C2SP signed-note verifier keys (`name+id+key`). Times are seconds since the epoch.
 */
import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false } as const;
export const Text = Type.Object({ 'zh-TW': Type.String(), en: Type.String() }, closed);
const Seconds = Type.Integer({ minimum: 0 });
const RawKey = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });

export const Member = Type.Object(
  {
    /** `TW/GOV/A01`: instance, class and member code. */
    id: Type.String(),
    name: Text,
    /** Persons have one pseudonym per sector (PROTOCOL 21). */
    sector: Type.String(),
    subsystems: Type.Array(Type.String()),
  },
  closed,
);

export const GatewayEntry = Type.Object(
  {
    /** `TW/GOV/A01/gw1` */
    id: Type.String(),
    member: Type.String(),
    /** Origin and verifier key of the log this gateway signs by inclusion. */
    origin: Type.String(),
    logKey: Type.String(),
    /** X25519 public key to which subjects are sealed (HPKE). */
    sealingKey: RawKey,
    /** `host:port` of the mutual-TLS port, both bindings. */
    address: Type.String(),
    /** Base address of the read-only public port: checkpoint, tiles, conflicts. */
    publicUrl: Type.String(),
    /** SHA-256 (hex) of each certificate it may present. */
    certificates: Type.Array(Type.String({ pattern: '^[0-9a-f]{64}$' })),
    validFrom: Seconds,
    validUntil: Seconds,
    /** A revoked key stays revoked; proofs cosigned at or below `size` stay valid (PROTOCOL 17). */
    revoked: Type.Optional(Type.Object({ origin: Type.String(), size: Type.Integer({ minimum: 0 }) }, closed)),
  },
  closed,
);

export const ServicePolicy = Type.Object(
  {
    /** A statutory agreement may go on this long without the hub. */
    withoutHubSeconds: Seconds,
    /** Consent-based grants need a status lease no older than this, where the hub's own is longer; 0 = the hub's. */
    leaseMilliseconds: Type.Integer({ minimum: 0 }),
    /** Oldest witnessed head of the peer that is still accepted; absent = any. */
    maximumProvisionalSeconds: Type.Optional(Seconds),
    /** Prove the peer's head consistent before anything is released, instead of within ten seconds. */
    headBeforeRelease: Type.Boolean(),
  },
  closed,
);

export const Service = Type.Object(
  {
    /** `TW/GOV/A01/household/registration`: provider subsystem and service code. */
    id: Type.String(),
    version: Type.String(),
    title: Text,
    /** Whether answers speak of a person: then a subject must come with the call. */
    personal: Type.Boolean(),
    endpoints: Type.Array(Type.Object({ method: Type.String(), path: Type.String() }, closed)),
    /** Gateways of the member that serve it, in order of preference. */
    gateways: Type.Array(Type.String()),
    policy: ServicePolicy,
  },
  closed,
);

export const Agreement = Type.Object(
  {
    id: Type.String(),
    /** Consumer subsystem, `TW/GOV/A02/portal`. */
    client: Type.String(),
    service: Type.String(),
    basis: Type.Union([
      Type.Object({ kind: Type.Literal('consent') }, closed),
      Type.Object({ kind: Type.Literal('statute'), article: Type.String() }, closed),
    ]),
    purposes: Type.Array(Type.String(), { minItems: 1 }),
    /** Method and path glob (`*` one segment, `**` anything), matched on the normalised path. */
    endpoints: Type.Array(Type.Object({ method: Type.String(), path: Type.String() }, closed)),
    /** Field paths that may be released (`name`, `address.county`, `vehicles[].plate`), or the whole document. */
    fields: Type.Union([Type.Literal('whole-document'), Type.Array(Type.String())]),
    /** Calls a day (UTC+8 calendar day of the instance) at each gateway. */
    quotaPerDay: Type.Optional(Type.Integer({ minimum: 1 })),
    validFrom: Seconds,
    validUntil: Seconds,
    /** Three parties can each suspend it (consumer, provider, platform). */
    suspendedBy: Type.Array(Type.Union([Type.Literal('consumer'), Type.Literal('provider'), Type.Literal('platform')])),
  },
  closed,
);

const KeyEntry = Type.Object({ id: Type.String(), key: RawKey, validFrom: Seconds, validUntil: Seconds }, closed);

export const TrustBundle = Type.Object(
  {
    v: Type.Literal(1),
    instance: Type.String(),
    version: Type.Integer({ minimum: 1 }),
    /** SHA-256 (hex) of the previous bundle's text; empty for version 1. */
    previous: Type.String({ pattern: '^([0-9a-f]{64})?$' }),
    issuedAt: Seconds,
    policy: Type.Object(
      {
        /** Older than this and no gateway accepts calls under it (PROTOCOL 24). */
        maximumAgeSeconds: Seconds,
        /** `iat` may differ from the receiver's clock by this much; 30. */
        freshnessSeconds: Seconds,
        /** A message id is remembered at least this long; older ones are refused. */
        retrySeconds: Seconds,
      },
      closed,
    ),
    hub: Type.Object(
      {
        origin: Type.String(),
        logKey: Type.String(),
        url: Type.String(),
        leaseUrl: Type.String(),
        certificates: Type.Array(Type.String()),
      },
      closed,
    ),
    keys: Type.Object(
      {
        /** Signs this bundle. `next` may sign the following ones. */
        bundle: RawKey,
        next: Type.Optional(RawKey),
        grants: Type.Array(KeyEntry),
        status: Type.Array(KeyEntry),
        /** X25519 key of identity, to which person references are sealed. */
        identity: RawKey,
      },
      closed,
    ),
    /** PEM certificates of the authorities that gateway certificates chain to. */
    authorities: Type.Array(Type.String()),
    witnesses: Type.Array(Type.Object({ name: Type.String(), key: Type.String(), url: Type.String() }, closed)),
    /** How many witnesses must have cosigned before a proof is no longer provisional. */
    witnessQuorum: Type.Integer({ minimum: 0 }),
    purposes: Type.Array(Type.Object({ code: Type.String(), title: Text }, closed)),
    members: Type.Array(Member),
    gateways: Type.Array(GatewayEntry),
    services: Type.Array(Service),
    agreements: Type.Array(Agreement),
  },
  closed,
);

export type Text = Static<typeof Text>;
export type Member = Static<typeof Member>;
export type GatewayEntry = Static<typeof GatewayEntry>;
export type ServicePolicy = Static<typeof ServicePolicy>;
export type Service = Static<typeof Service>;
export type Agreement = Static<typeof Agreement>;
export type TrustBundle = Static<typeof TrustBundle>;

/** A bundle as it travels: its exact canonical text, the bundle key's signature over it, and its proof of inclusion in the hub's log. */
export const SealedBundle = Type.Object(
  {
    /** RFC 8785 text of the TrustBundle; the evidence entry's details (kind `bundle`). */
    details: Type.String(),
    /** Ed25519 over `"minben/bundle/1\n" + details`, base64url. */
    signature: Type.String(),
    salt: Type.String(),
    /** C2SP tlog-proof in the hub's log. */
    proof: Type.String(),
  },
  closed,
);
export type SealedBundle = Static<typeof SealedBundle>;
