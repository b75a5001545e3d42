/**
 * Certificates for tests, P-256 as the gateways use, encoded by hand (RFC 5280 section 4.1, X.690 DER) because
 * Node issues none: one authority and the identities that it signed.
 */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { TlsIdentity } from '../../network.ts';

const ECDSA_WITH_SHA256 = der(0x30, der(0x06, Buffer.from('2a8648ce3d040302', 'hex')));
const COMMON_NAME = Buffer.from('550403', 'hex');
const BASIC_CONSTRAINTS = Buffer.from('551d13', 'hex');
const YEAR_MS = 365 * 86_400_000;

export interface TestAuthority {
  readonly certificate: string;
  issue(name: string, valid?: 'expired'): TlsIdentity;
}

export function createTestAuthority(name: string): TestAuthority {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = certify(name, name, own.publicKey, own.privateKey, 1, true);
  let serial = 1;
  return {
    certificate,
    issue(subject, valid) {
      serial += 1;
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      return {
        certificate: certify(subject, name, pair.publicKey, own.privateKey, serial, false, valid === 'expired'),
        privateKey: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
        authorities: [certificate],
      };
    },
  };
}

function certify(
  subject: string,
  issuer: string,
  publicKey: KeyObject,
  signingKey: KeyObject,
  serial: number,
  authority: boolean,
  expired = false,
): string {
  const now = Date.now();
  const constraints = der(0x30, ...(authority ? [der(0x01, Buffer.from([0xff]))] : []));
  const extension = der(0x30, der(0x06, BASIC_CONSTRAINTS), der(0x01, Buffer.from([0xff])), der(0x04, constraints));
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([serial])),
    ECDSA_WITH_SHA256,
    nameOf(issuer),
    der(0x30, timeOf(now - YEAR_MS), timeOf(expired ? now - YEAR_MS / 2 : now + YEAR_MS)),
    nameOf(subject),
    publicKey.export({ format: 'der', type: 'spki' }),
    der(0xa3, der(0x30, extension)),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, signingKey));
  const lines = der(0x30, body, ECDSA_WITH_SHA256, signature).toString('base64').replace(/.{64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function nameOf(text: string): Buffer {
  return der(0x30, der(0x31, der(0x30, der(0x06, COMMON_NAME), der(0x0c, Buffer.from(text)))));
}

/** GeneralizedTime, whole seconds, UTC. */
function timeOf(instant: number): Buffer {
  const digits = new Date(instant).toISOString().replace(/[-:T]/g, '').slice(0, 14);
  return der(0x18, Buffer.from(`${digits}Z`));
}

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}
