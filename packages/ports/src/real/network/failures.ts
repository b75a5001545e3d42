/** Translates what sockets, TLS and undici report into the few reasons that the spine decides on. */
import { NetworkError } from '../../network.ts';

type Reason = NetworkError['reason'];

const REASONS: Readonly<Record<string, Reason>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_OVERFLOW: 'too-large',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'too-large',
};

/** OpenSSL's names for a chain that does not verify (X509_V_ERR_*), as Node reports them. */
const CHAIN_FAILURE =
  /^(UNABLE_TO_|CERT_|CRL_|SELF_SIGNED_|DEPTH_ZERO_|ERROR_IN_CERT_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|HOSTNAME_|ERR_TLS_CERT_|ERR_SSL_)/;

export function toNetworkError(error: unknown, sent: boolean): NetworkError {
  if (error instanceof NetworkError) return error;
  const code = codeOf(error);
  const reason = REASONS[code] ?? (CHAIN_FAILURE.test(code) ? 'certificate' : 'closed');
  return new NetworkError(reason, sent, code === '' ? 'the connection failed' : code);
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string') return code;
  // Several addresses were tried and all failed: the first tells as much as any.
  return error instanceof AggregateError ? codeOf(error.errors[0]) : '';
}
