/** Who is who on a simulated network: the same certificates and the same checks as on a real one. */
import { X509Certificate } from 'node:crypto';
import type { TlsIdentity } from '../network.ts';
import { fingerprintOfPem } from '../real/network/fingerprint.ts';

interface Known {
  readonly certificate: X509Certificate;
  readonly fingerprint: string;
}

const parsed = new Map<string, Known>();

export function fingerprintOfIdentity(identity: TlsIdentity): string {
  return parse(identity.certificate).fingerprint;
}

/** True when `identity` is signed by one of the authorities, and valid at `now` (milliseconds since the epoch). */
export function isTrusted(identity: TlsIdentity, authorities: readonly string[], now: number): boolean {
  const { certificate } = parse(identity.certificate);
  if (now < Date.parse(certificate.validFrom) || now > Date.parse(certificate.validTo)) return false;
  return authorities.some((pem) => isIssuedBy(identity.certificate, pem));
}

/** Simulated gateways shake hands many times a second, with the same few certificates. */
const verdicts = new Map<string, boolean>();

function isIssuedBy(pem: string, authorityPem: string): boolean {
  const key = `${pem}${authorityPem}`;
  let verdict = verdicts.get(key);
  if (verdict === undefined) {
    const [{ certificate }, { certificate: authority }] = [parse(pem), parse(authorityPem)];
    verdict = certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
    verdicts.set(key, verdict);
  }
  return verdict;
}

/** Why the caller refuses the server, or the server the caller; undefined when both are content. */
export function refuseHandshake(
  caller: { tls: TlsIdentity; expectedFingerprints: readonly string[] | undefined; now: number },
  server: { tls: TlsIdentity; now: number },
): string | undefined {
  if (!isTrusted(server.tls, caller.tls.authorities, caller.now)) return 'the server chains to no authority of ours';
  if (caller.expectedFingerprints?.includes(fingerprintOfIdentity(server.tls)) !== true) {
    return 'the server showed another certificate than expected';
  }
  if (!isTrusted(caller.tls, server.tls.authorities, server.now)) return 'the server does not accept our certificate';
  return undefined;
}

function parse(pem: string): Known {
  let known = parsed.get(pem);
  if (known === undefined) {
    known = { certificate: new X509Certificate(pem), fingerprint: fingerprintOfPem(pem) };
    parsed.set(pem, known);
  }
  return known;
}
