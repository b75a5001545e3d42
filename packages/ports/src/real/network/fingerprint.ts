import { createHash, X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

const known = new WeakMap<TLSSocket, string>();

/** SHA-256 of the peer's certificate (DER), lower-case hex; undefined when it showed none. Computed once per connection. */
export function peerFingerprintOf(socket: TLSSocket): string | undefined {
  const found = known.get(socket);
  if (found !== undefined) return found;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  const fingerprint = fingerprintOfDer(certificate.raw);
  known.set(socket, fingerprint);
  return fingerprint;
}

/** SHA-256 of the DER of the first certificate in a PEM text, lower-case hex: how a trust bundle names a TLS key. */
export function fingerprintOfPem(pem: string): string {
  return fingerprintOfDer(new X509Certificate(pem).raw);
}

function fingerprintOfDer(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}
