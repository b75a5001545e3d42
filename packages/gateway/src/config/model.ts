/** The configuration file of a gateway: one schema that is type, check and documentation. Paths are relative to the file. */
import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false } as const;
const idPart = "[A-Za-z0-9'()+,\\-.=?]{1,64}";
const Path = Type.String({ minLength: 1 });
const HttpUrl = Type.String({ pattern: '^https?://[^\\s/?#@]+(?:/[^\\s?#]*)?$' });
const Milliseconds = Type.Integer({ minimum: 100, maximum: 600_000 });
const Door = Type.Object(
  { host: Type.String({ minLength: 1 }), port: Type.Integer({ minimum: 0, maximum: 65_535 }) },
  closed,
);

export const RegisterFile = Type.Object(
  {
    /** Base address of the agency's system for this service; the path of the call is added as it stands. */
    baseUrl: HttpUrl,
    /** Time the system has to answer, milliseconds; 30,000. */
    timeoutMs: Type.Optional(Milliseconds),
    /** Largest answer taken, bytes; 1 MiB. */
    maximumBytes: Type.Optional(Type.Integer({ minimum: 1, maximum: 104_857_600 })),
  },
  closed,
);

export const GatewayFile = Type.Object(
  {
    /** `production` (the default) refuses what is only good enough for trying out. */
    mode: Type.Optional(Type.Enum(['production', 'development'])),
    /** `TW/GOV/A01/gw1`: the member, then the gateway's own code. */
    gateway: Type.String({ pattern: `^${idPart}(?:/${idPart}){3}$` }),
    /** Name of this gateway's log, for ever (C2SP tlog-checkpoint): no spaces, no plus. */
    origin: Type.String({ pattern: '^[!-*,-~]{1,255}$' }),
    /** Data directory: log, cached bundle, index. One process at a time. */
    directory: Path,
    registry: Type.Object(
      {
        /** Public port of the registry. */
        url: HttpUrl,
        /** The bundle key that people handed over, and the verifier key of the hub's log (PROTOCOL 24). */
        bundleKey: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
        hubLogKey: Type.String({ pattern: '^[^+\\s]+\\+[0-9a-f]{8}\\+[A-Za-z0-9+/=]{44}$' }),
      },
      closed,
    ),
    /** Private keys in PEM, each in its own file that only the owner may read. */
    keys: Type.Object({ log: Path, sealing: Path, transport: Path }, closed),
    /** PEM: own certificate, and the authorities that peers chain to. */
    certificate: Path,
    authorities: Path,
    ports: Type.Object(
      {
        /** Peers, over mutual TLS. */
        mutual: Door,
        /** Anyone, read-only: checkpoint, tiles, conflicts, witness. */
        public: Door,
        /** Own applications: X-Road r1. */
        consumer: Door,
        /** `/healthz`, `/readyz`, `/metrics`: loopback only. */
        operations: Door,
      },
      closed,
    ),
    /** TLS of the consumer port: applications present a certificate from `authorities`. Absent: plain HTTP. */
    consumerTls: Type.Optional(Type.Object({ certificate: Path, privateKey: Path, authorities: Path }, closed)),
    /** Binding used towards peers; both are always served. */
    binding: Type.Optional(Type.Enum(['t-road/1', 'http/1.1'])),
    /** Time a provider has to answer, milliseconds; 30,000. */
    timeoutMs: Type.Optional(Milliseconds),
    /** Exchanges under way at most, each way; 1,024. */
    maximumInFlight: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
    /** Absent for a member that only asks. */
    registers: Type.Optional(
      Type.Object(
        {
          /** File with the secret by which the agency's system knows its gateway. */
          secret: Path,
          /** By service id, `TW/GOV/A01/register/residents`. */
          services: Type.Record(Type.String({ pattern: `^${idPart}(?:/${idPart}){4}$` }), RegisterFile),
        },
        closed,
      ),
    ),
  },
  closed,
);
export type GatewayFile = Static<typeof GatewayFile>;

export interface Address {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
}

/** The configuration with its defaults in place and its paths made absolute. */
export interface GatewayConfig {
  readonly mode: 'production' | 'development';
  readonly gateway: string;
  readonly member: string;
  readonly origin: string;
  readonly directory: string;
  readonly registry: { readonly url: string; readonly bundleKey: string; readonly hubLogKey: string };
  readonly keys: { readonly log: string; readonly sealing: string; readonly transport: string };
  readonly certificate: string;
  readonly authorities: string;
  readonly ports: { readonly [Port in 'mutual' | 'public' | 'consumer' | 'operations']: Address };
  readonly consumerTls?: { readonly certificate: string; readonly privateKey: string; readonly authorities: string };
  readonly binding: 't-road/1' | 'http/1.1';
  readonly timeoutMs: number;
  readonly maximumInFlight: number;
  readonly registers?: {
    readonly secret: string;
    readonly services: ReadonlyMap<
      string,
      { readonly baseUrl: string; readonly timeoutMs: number; readonly maximumBytes: number }
    >;
  };
}
