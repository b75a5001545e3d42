/** The gateways' mutual-TLS port: POST /status/lease (PROTOCOL 16). A lease is given only to the gateway it names. */
import { type BundleIndex, LeaseRenewal, signLease } from '@minben/exchange';
import type { Clock, HttpHandler, Signer } from '@minben/ports';
import type { StatusAuthority } from '../status/status-authority.ts';
import { answerJson, answerText, bodyReader, route } from './answers.ts';
import { refuse } from './problems.ts';

const readRenewal = bodyReader(LeaseRenewal);

export interface LeaseMeans {
  readonly authority: StatusAuthority;
  readonly bundle: () => BundleIndex | undefined;
  readonly signer: Signer;
  readonly keyId: string;
  readonly clock: Clock;
}

export function createLeaseHandler(means: LeaseMeans): HttpHandler {
  return route({
    'GET /healthz': () => answerText(200, 'ok\n'),
    'POST /status/lease': async (request) => {
      const renewal = readRenewal(request);
      if (!renewal) return refuse(request, 'body-malformed');
      const peer = means.bundle()?.gatewaysByCertificate.get(request.peerFingerprint ?? '');
      const now = means.clock.now() / 1000;
      const isNamed =
        peer?.id === renewal.gateway && peer.revoked === undefined && now >= peer.validFrom && now < peer.validUntil;
      if (!isNamed) return refuse(request, 'certificate-not-of-this-gateway');
      const lease = await means.authority.renew(renewal, request.signal);
      if (!lease.ok) return refuse(request, lease.error);
      return answerJson(200, await signLease(lease.value, means.signer, means.keyId));
    },
  });
}
