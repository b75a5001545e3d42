/**
 * A grant: permission for one consumer to ask one service for one purpose, travelling as
 * `<JWS compact>~<salt>~<tlog-proof>` (both base64url) in the header `T-Road-Grant`.
 * The JWS is EdDSA with `typ: "t-road-grant+jwt"` and `kid` naming a grant key of the bundle; its payload is
 * canonical JSON of the claims below. The evidence entry has kind `grant` and details `{"jws":"<JWS compact>"}`.
 */
import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false } as const;
const Seconds = Type.Integer({ minimum: 0 });

export const GrantClaims = Type.Object(
  {
    iss: Type.String(),
    jti: Type.String(),
    iat: Seconds,
    nbf: Seconds,
    exp: Seconds,
    /** Provider gateways that may honour it. With counted uses: exactly one. */
    aud: Type.Array(Type.String(), { minItems: 1 }),
    /** Consumer member and its gateways that may present it. */
    cnf: Type.Object({ member: Type.String(), gateways: Type.Array(Type.String(), { minItems: 1 }) }, closed),
    client: Type.String(),
    service: Type.String(),
    agreement: Type.String(),
    purpose: Type.String(),
    fields: Type.Union([Type.Literal('whole-document'), Type.Array(Type.String())]),
    basis: Type.Literal('consent'),
    /** The case in whose course the data is asked for. */
    case: Type.Optional(Type.String()),
    /** Number of calls allowed in all; absent = not counted. */
    uses: Type.Optional(Type.Integer({ minimum: 1 })),
    /** Position in the hub's status list; a withdrawal names it. */
    status: Type.Integer({ minimum: 0 }),
    /** Per provider gateway: the person's pseudonym in the provider's sector, sealed to that gateway's key (HPKE, base64url of enc ‖ ciphertext). */
    subject: Type.Record(Type.String(), Type.String()),
  },
  closed,
);
export type GrantClaims = Static<typeof GrantClaims>;

/** What the hub answers to a lease renewal; Ed25519 over `"minben/status/1\n"` + its canonical JSON by a status key. */
export const StatusLease = Type.Object(
  {
    gateway: Type.String(),
    /** The nonce of the renewal, so that an old answer cannot be replayed. */
    nonce: Type.String(),
    /** Version of the status list. */
    version: Type.Integer({ minimum: 0 }),
    /** How long the lease runs from the *sending* of the renewal, on the gateway's monotonic clock. */
    leaseMilliseconds: Type.Integer({ minimum: 1 }),
    /** Positions withdrawn since the version that the gateway named. */
    withdrawn: Type.Array(Type.Integer({ minimum: 0 })),
    /** Hub's newest bundle version, so that a gateway knows to fetch. */
    bundleVersion: Type.Integer({ minimum: 0 }),
  },
  closed,
);
export type StatusLease = Static<typeof StatusLease>;

/** What a gateway sends to renew. `acknowledged`: every response that passed a check below this version has left or been withheld. */
export const LeaseRenewal = Type.Object(
  {
    gateway: Type.String(),
    nonce: Type.String(),
    /** Newest version the gateway has applied. */
    known: Type.Integer({ minimum: 0 }),
    acknowledged: Type.Integer({ minimum: 0 }),
    /** The hub may hold the answer back this long while nothing changes (long poll). */
    waitMilliseconds: Type.Integer({ minimum: 0, maximum: 5000 }),
  },
  closed,
);
export type LeaseRenewal = Static<typeof LeaseRenewal>;
