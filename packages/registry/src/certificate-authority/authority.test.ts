import { randomBytes, X509Certificate } from 'node:crypto';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import {
  createAuthority,
  createCertificateRequest,
  expiryOf,
  fingerprintOf,
  issueCertificate,
  type KeyedCertificate,
  signCertificateRequest,
} from './authority.ts';

const options = { nowMilliseconds: Date.now(), random: { bytes: (length: number) => randomBytes(length) } };
const authority = await createAuthority('TW T-Road', options);

/** Whether a client with `client`'s certificate reaches a server that asks for one signed by `trusted`. */
function connects(server: KeyedCertificate, client: KeyedCertificate, trusted: KeyedCertificate): Promise<boolean> {
  return new Promise((resolve) => {
    const listener = createServer(
      {
        cert: server.certificate,
        key: server.privateKey,
        ca: trusted.certificate,
        requestCert: true,
        rejectUnauthorized: true,
      },
      (socket: TLSSocket) => socket.end('welcome'),
    );
    listener.listen(0, '127.0.0.1', () => {
      const { port } = listener.address() as { port: number };
      const socket = connect({
        port,
        host: '127.0.0.1',
        cert: client.certificate,
        key: client.privateKey,
        ca: authority.certificate,
      });
      let greeting = '';
      socket.on('data', (bytes) => {
        greeting += bytes.toString();
      });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        listener.close();
        resolve(greeting === 'welcome');
      });
    });
  });
}

describe('the certificate authority', () => {
  it('issues certificates that serve both ends of mutual TLS', async () => {
    const one = await issueCertificate({ name: 'TW/GOV/A/gw1', hosts: [] }, authority, options);
    const two = await issueCertificate({ name: 'TW/GOV/B/gw1', hosts: [] }, authority, options);
    expect(await connects(one, two, authority)).toBe(true);
  });

  it('is not chained to by certificates of another authority of the same name', async () => {
    const impostor = await createAuthority('TW T-Road', options);
    const one = await issueCertificate({ name: 'TW/GOV/A/gw1', hosts: [] }, authority, options);
    const two = await issueCertificate({ name: 'TW/GOV/B/gw1', hosts: [] }, impostor, options);
    expect(await connects(one, two, authority)).toBe(false);
  });

  it('names localhost and the given hosts, and not those that the request asks for', async () => {
    const { request } = await createCertificateRequest('TW/GOV/EVIL/gw1');
    const signed = await signCertificateRequest(
      request,
      { name: 'TW/GOV/A/gw1', hosts: ['gw.a.example', '192.0.2.7'] },
      authority,
      options,
    );
    const certificate = new X509Certificate(signed.ok ? signed.value : '');
    expect(certificate.subject).toBe('CN=TW/GOV/A/gw1');
    expect(certificate.subjectAltName).toBe(
      'DNS:localhost, IP Address:127.0.0.1, DNS:gw.a.example, IP Address:192.0.2.7',
    );
    expect(certificate.ca).toBe(false);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  });

  it('lets certificates live ninety days', async () => {
    const { certificate } = await issueCertificate({ name: 'a', hosts: [] }, authority, options);
    expect(Math.round((expiryOf(certificate) - options.nowMilliseconds) / 86_400_000)).toBe(90);
  });

  it('names a certificate by the SHA-256 of its DER', async () => {
    const { certificate } = await issueCertificate({ name: 'a', hosts: [] }, authority, options);
    expect(fingerprintOf(certificate)).toBe(
      new X509Certificate(certificate).fingerprint256.replaceAll(':', '').toLowerCase(),
    );
  });

  it('refuses a request whose key did not sign it', async () => {
    const [one, two] = [await createCertificateRequest('a'), await createCertificateRequest('a')];
    const body = (pem: string) => Buffer.from(pem.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64');
    const [first, second] = [body(one.request), body(two.request)];
    // The last forty bytes lie within the signature.
    const forged = Buffer.concat([first.subarray(0, first.length - 40), second.subarray(second.length - 40)]);
    const outcome = await signCertificateRequest(
      forged.toString('base64'),
      { name: 'a', hosts: [] },
      authority,
      options,
    );
    expect(outcome.ok).toBe(false);
  });

  it('refuses what is no request, and keys that are not P-256', async () => {
    expect(await signCertificateRequest('nonsense', { name: 'a', hosts: [] }, authority, options)).toEqual({
      ok: false,
      error: 'request-malformed',
    });
    expect(await signCertificateRequest(await requestOnP384(), { name: 'a', hosts: [] }, authority, options)).toEqual({
      ok: false,
      error: 'request-not-p256',
    });
  });
});

async function requestOnP384(): Promise<string> {
  const { Pkcs10CertificateRequestGenerator } = await import('@peculiar/x509');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const request = await Pkcs10CertificateRequestGenerator.create({ name: 'CN=a', keys, signingAlgorithm: algorithm });
  return request.toString('pem');
}
