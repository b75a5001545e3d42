import type { TlsOptions } from 'node:tls';
import type { TlsIdentity } from '../../network.ts';

/** TLS 1.3 only; a peer without a certificate from the authorities does not get past the handshake. */
export function mutualTls(identity: TlsIdentity, protocols: readonly string[]): TlsOptions {
  return {
    cert: identity.certificate,
    key: identity.privateKey,
    ca: [...identity.authorities],
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    ALPNProtocols: [...protocols],
    handshakeTimeout: 10_000,
  };
}
