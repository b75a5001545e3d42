/** The hub's own transport certificate: kept between starts, since gateways know it by its fingerprint; renewed in time. */
import type { Clock, Disk, Random } from '@minben/ports';
import { expiryOf, issueCertificate, type KeyedCertificate } from './certificate-authority/authority.ts';

const DAY_MS = 86_400_000;
/** Less life left than this at a start, and the hub takes a new certificate. */
const RENEW_BELOW_MS = 45 * DAY_MS;
/** Less than this, and the registry says that it wants a restart. */
const WARN_BELOW_MS = 14 * DAY_MS;

export async function openHubCertificate(
  directory: string,
  subject: { name: string; hosts: readonly string[] },
  authority: KeyedCertificate,
  ports: { disk: Disk; clock: Clock; random: Random },
): Promise<KeyedCertificate> {
  const { disk, clock, random } = ports;
  const [certificateFile, keyFile] = [`${directory}/hub.crt`, `${directory}/hub.key`];
  const [certificate, privateKey] = [await disk.read(certificateFile), await disk.read(keyFile)];
  const kept =
    certificate && privateKey ? { certificate: certificate.toString(), privateKey: privateKey.toString() } : undefined;
  if (kept && expiryOf(kept.certificate) - clock.now() > RENEW_BELOW_MS) return kept;
  const issued = await issueCertificate(subject, authority, { nowMilliseconds: clock.now(), random });
  // A crash between the two leaves a pair that does not fit; the key goes first and the certificate decides.
  if (certificate) await disk.remove(certificateFile);
  await disk.writeAtomically(keyFile, Buffer.from(issued.privateKey));
  await disk.writeAtomically(certificateFile, Buffer.from(issued.certificate));
  return issued;
}

export function endsSoon(certificate: string, clock: Clock): boolean {
  return expiryOf(certificate) - clock.now() < WARN_BELOW_MS;
}
