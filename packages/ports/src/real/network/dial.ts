/**
 * Opens TLS connections whose peer is known by fingerprint. The chain to the given authorities is always
 * verified; the host name is not, because addresses move and the bundle names the certificate itself.
 * Without fingerprints the usual host-name check applies. Sessions are never resumed, so that every
 * connection shows its certificate.
 */
import { checkServerIdentity, connect as connectTls, type TLSSocket } from 'node:tls';
import { NetworkError, type TlsIdentity } from '../../network.ts';
import { toNetworkError } from './failures.ts';
import { peerFingerprintOf } from './fingerprint.ts';

export interface Dialled {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsIdentity;
  readonly expectedFingerprints: readonly string[] | undefined;
  readonly protocol: string;
  readonly timeoutMs: number;
}

/** Resolves with an authenticated socket; rejects with NetworkError, nothing having been sent. */
export function dial(target: Dialled): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const { expectedFingerprints } = target;
    const socket = connectTls({
      host: target.host,
      port: target.port,
      cert: target.tls.certificate,
      key: target.tls.privateKey,
      ca: [...target.tls.authorities],
      ALPNProtocols: [target.protocol],
      minVersion: 'TLSv1.3',
      checkServerIdentity: expectedFingerprints === undefined ? checkServerIdentity : () => undefined,
    });
    const refuse = (error: NetworkError): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(
      () => refuse(new NetworkError('timeout', false, 'no connection in time')),
      target.timeoutMs,
    );
    socket.on('error', (error) => refuse(toNetworkError(error, false)));
    socket.once('close', () => refuse(new NetworkError('closed', false, 'closed during the handshake')));
    socket.once('secureConnect', () => {
      const fingerprint = peerFingerprintOf(socket);
      if (fingerprint === undefined || expectedFingerprints?.includes(fingerprint) === false) {
        refuse(new NetworkError('certificate', false, 'the server showed another certificate than expected'));
        return;
      }
      if (socket.alpnProtocol !== target.protocol && target.protocol !== 'http/1.1') {
        refuse(new NetworkError('closed', false, `the server does not speak ${target.protocol}`));
        return;
      }
      clearTimeout(timer);
      socket.removeAllListeners('error').removeAllListeners('close');
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}
