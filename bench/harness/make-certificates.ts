/** A throw-away authority with one certificate per side of a pair: ECDSA P-256, for both server and client use. */
import { webcrypto } from 'node:crypto';
// tsyringe, beneath @peculiar/x509, refuses to load without it.
import 'reflect-metadata';
import type { TlsIdentity } from '@minben/ports';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

export interface PairCertificates {
  readonly consumer: TlsIdentity & { readonly fingerprint: string };
  readonly provider: TlsIdentity & { readonly fingerprint: string };
}

/** Certificates for `localhost` and 127.0.0.1, valid for one day. */
export async function makePairCertificates(): Promise<PairCertificates> {
  x509.cryptoProvider.set(webcrypto as Crypto);
  const keys = await makeKeys();
  const notBefore = new Date(Date.now() - DAY_MS);
  const notAfter = new Date(Date.now() + DAY_MS);
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=minben bench authority',
    notBefore,
    notAfter,
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  const issue = async (name: string, serialNumber: string) => {
    const own = await makeKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber,
      subject: `CN=${name}`,
      issuer: authority.subject,
      notBefore,
      notAfter,
      signingAlgorithm: ALGORITHM,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
        new x509.SubjectAlternativeNameExtension([
          { type: 'dns', value: 'localhost' },
          { type: 'ip', value: '127.0.0.1' },
        ]),
      ],
    });
    const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', own.privateKey);
    return {
      certificate: certificate.toString('pem'),
      privateKey: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'),
      authorities: [authority.toString('pem')],
      fingerprint: Buffer.from(await certificate.getThumbprint('SHA-256')).toString('hex'),
    };
  };
  return { consumer: await issue('consumer', '02'), provider: await issue('provider', '03') };
}

async function makeKeys(): Promise<CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as CryptoKeyPair;
}
