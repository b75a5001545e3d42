/**
 * The registry's certificate authority for the transport between gateways (RFC 5280). P-256 keys, one level:
 * authority → gateway. Certificates live short and serve both ends of a connection. Who may do what is never
 * decided by a certificate's name: the trust bundle binds its fingerprint to a gateway (PROTOCOL 7).
 */
import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { fail, type Result, succeed } from '@minben/kernel';
import type { Random } from '@minben/ports';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(crypto);

const P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING = { ...P256, hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
/** Clocks of gateways may be behind the registry's. */
const BACKDATED_MS = 3_600_000;

export const AUTHORITY_DAYS = 3650;
export const GATEWAY_DAYS = 90;

/** PEM: the certificate and its private key (PKCS8). */
export interface KeyedCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface IssueOptions {
  readonly nowMilliseconds: number;
  readonly random: Random;
}

/** A new authority under `name`. */
export async function createAuthority(name: string, options: IssueOptions): Promise<KeyedCertificate> {
  const keys = await crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: makeSerial(options.random),
    name: [{ CN: [name] }],
    ...validity(options.nowMilliseconds, AUTHORITY_DAYS),
    signingAlgorithm: SIGNING,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: toPem(certificate), privateKey: await exportPrivateKey(keys.privateKey) };
}

/** A new key and a request to certify it (PKCS #10), as a gateway makes them. */
export async function createCertificateRequest(name: string): Promise<{ request: string; privateKey: string }> {
  const keys = await crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [name] }],
    keys,
    signingAlgorithm: SIGNING,
  });
  return { request: `${request.toString('pem')}\n`, privateKey: await exportPrivateKey(keys.privateKey) };
}

export type RequestError = 'request-malformed' | 'request-not-p256' | 'request-not-signed-by-its-key';

/**
 * Certifies the key of `request` for `name`, reachable at `hosts` (DNS names or IP addresses; localhost always).
 * The name and hosts that the request itself asks for are ignored: the caller decides them.
 */
export async function signCertificateRequest(
  request: string,
  subject: { name: string; hosts: readonly string[] },
  authority: KeyedCertificate,
  options: IssueOptions,
): Promise<Result<string, RequestError>> {
  let parsed: x509.Pkcs10CertificateRequest;
  try {
    parsed = new x509.Pkcs10CertificateRequest(request);
  } catch {
    return fail('request-malformed');
  }
  const algorithm = parsed.publicKey.algorithm as { name: string; namedCurve?: string };
  if (algorithm.name !== P256.name || algorithm.namedCurve !== P256.namedCurve) return fail('request-not-p256');
  if (!(await parsed.verify().catch(() => false))) return fail('request-not-signed-by-its-key');

  const issuer = new x509.X509Certificate(authority.certificate);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: makeSerial(options.random),
    subject: [{ CN: [subject.name] }],
    issuer: issuer.subjectName.toJSON(),
    ...validity(options.nowMilliseconds, GATEWAY_DAYS),
    signingAlgorithm: SIGNING,
    publicKey: parsed.publicKey,
    signingKey: await importPrivateKey(authority.privateKey),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
      new x509.SubjectAlternativeNameExtension(alternativeNames(subject.hosts)),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      await x509.SubjectKeyIdentifierExtension.create(parsed.publicKey),
    ],
  });
  return succeed(toPem(certificate));
}

/** Key and certificate in one step, for a process on the registry's own machine. */
export async function issueCertificate(
  subject: { name: string; hosts: readonly string[] },
  authority: KeyedCertificate,
  options: IssueOptions,
): Promise<KeyedCertificate> {
  const { request, privateKey } = await createCertificateRequest(subject.name);
  const signed = await signCertificateRequest(request, subject, authority, options);
  if (!signed.ok) throw new Error(`the request just made was refused: ${signed.error}`);
  return { certificate: signed.value, privateKey };
}

/** SHA-256 (hex) of the certificate's DER: how the trust bundle names it. */
export function fingerprintOf(certificate: string): string {
  return createHash('sha256')
    .update(Buffer.from(new x509.X509Certificate(certificate).rawData))
    .digest('hex');
}

/** Milliseconds since the epoch at which the certificate ends. */
export function expiryOf(certificate: string): number {
  return new x509.X509Certificate(certificate).notAfter.getTime();
}

function validity(nowMilliseconds: number, days: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(nowMilliseconds - BACKDATED_MS), notAfter: new Date(nowMilliseconds + days * DAY_MS) };
}

/** A positive number of at most 20 octets with 127 unpredictable bits (RFC 5280 section 4.1.2.2). */
function makeSerial(random: Random): string {
  const bytes = random.bytes(16);
  bytes[0] = ((bytes[0] as number) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

function alternativeNames(hosts: readonly string[]): x509.JsonGeneralNames {
  const all = new Set(['localhost', '127.0.0.1', ...hosts]);
  return [...all].map((host) => ({ type: isAddress(host) ? ('ip' as const) : ('dns' as const), value: host }));
}

function isAddress(host: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(host) || host.includes(':');
}

async function exportPrivateKey(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key));
  return `-----BEGIN PRIVATE KEY-----\n${(der.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END PRIVATE KEY-----\n`;
}

function importPrivateKey(pem: string): Promise<CryptoKey> {
  const der = Buffer.from(pem.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64');
  return crypto.subtle.importKey('pkcs8', der, P256, false, ['sign']);
}

function toPem(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}
