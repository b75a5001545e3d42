/**
 * The network as three small things: calls over HTTP, a door for calls over HTTP, and mutually
 * authenticated byte streams between gateways. Real sockets implement it, and so does the simulation.
 */
export interface Network {
  /** One HTTP call. Rejects with NetworkError. Redirects are never followed. */
  request(call: OutgoingCall): Promise<HttpResponse>;
  /** Serves HTTP (or HTTPS when `tls` is given) until closed. Port 0 picks a free one. */
  serve(options: ServeOptions, handler: HttpHandler): Promise<Listener>;
  /** Opens a stream over mutual TLS, asking for the given ALPN protocol. Rejects with NetworkError. */
  connect(options: ConnectOptions): Promise<Stream>;
  /**
   * One TLS port for both bindings: a peer that negotiates `streamProtocol` by ALPN reaches `onStream`,
   * one that speaks HTTP/1.1 reaches `handler`. Without a client certificate from `tls.authorities` the handshake fails.
   */
  serveMutual(
    options: ServeOptions & { tls: TlsIdentity; streamProtocol: string },
    onStream: (stream: Stream) => void,
    handler: HttpHandler,
  ): Promise<Listener>;
}

export interface TlsIdentity {
  /** PEM: own certificate, its private key, and the authorities that peers must chain to. */
  readonly certificate: string;
  readonly privateKey: string;
  readonly authorities: readonly string[];
}

/** Lower-cased names with their values, in the order they were sent. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

export interface HttpRequest {
  readonly method: string;
  /** Path and query exactly as sent: never decoded, never normalised. */
  readonly path: string;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  /** SHA-256 of the client certificate (DER) in lower-case hex; undefined without mutual TLS. */
  readonly peerFingerprint?: string;
  /** Aborts when the caller has gone away. */
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
}

export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>;

export interface OutgoingCall {
  readonly method: string;
  /** http:// or https:// with host and port; the path is sent as it stands. */
  readonly url: string;
  readonly headers?: HeaderList;
  readonly body?: Uint8Array;
  readonly tls?: TlsIdentity;
  /** Fingerprint (SHA-256 hex of the DER) the server's certificate must have, when `tls` is given. */
  readonly expectedFingerprints?: readonly string[];
  readonly timeoutMs: number;
  /** Largest answer accepted, in bytes (default 1 MiB); a larger one rejects with NetworkError `too-large`. */
  readonly maximumBytes?: number;
  readonly signal?: AbortSignal;
}

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly tls?: TlsIdentity;
  /** Largest request body accepted (default 1 MiB); a larger one is answered 413 before the handler. */
  readonly maximumBytes?: number;
}

export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsIdentity;
  readonly expectedFingerprints: readonly string[];
  readonly protocol: string;
  readonly timeoutMs: number;
}

export interface Listener {
  readonly port: number;
  /** Stops accepting and cuts idle connections at once; resolves when calls in flight have been answered, or after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** A reliable, ordered, authenticated stream of bytes. */
export interface Stream {
  readonly peerFingerprint: string;
  /** Hands bytes over; false when the buffer is full (wait for `onDrain`). */
  write(bytes: Uint8Array): boolean;
  onData(listener: (bytes: Buffer) => void): void;
  onDrain(listener: () => void): void;
  /** Called once, whichever side closed and for whatever reason. */
  onClose(listener: () => void): void;
  /** Sends what is buffered, then closes. */
  end(): void;
  /** Closes at once; bytes not yet sent are lost. */
  destroy(): void;
}

/** Why a call or connection failed. `sent` tells whether a byte may have reached the other side. */
export class NetworkError extends Error {
  readonly reason: 'refused' | 'unreachable' | 'timeout' | 'closed' | 'certificate' | 'too-large';
  readonly sent: boolean;
  constructor(reason: NetworkError['reason'], sent: boolean, message: string) {
    super(message);
    this.name = 'NetworkError';
    this.reason = reason;
    this.sent = sent;
  }
}
