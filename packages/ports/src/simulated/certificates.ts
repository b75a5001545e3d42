/**
 * Certificates for tests and simulations, encoded by hand (RFC 5280 section 4.1, X.690 DER) because Node issues
 * none: one authority and the identities that it signed. Ed25519 (RFC 8410), whose signatures are
 * deterministic, so that the same randomness makes the same certificates; real TLS takes them too.
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { TlsIdentity } from '../network.ts';
import type { Random } from '../random.ts';

const ED25519 = der(0x30, der(0x06, Buffer.from('2b6570', 'hex')));
const COMMON_NAME = Buffer.from('550403', 'hex');
const BASIC_CONSTRAINTS = Buffer.from('551d13', 'hex');
const YEAR_MS = 365 * 86_400_000;

export interface TestAuthority {
  readonly certificate: string;
  issue(name: string, valid?: 'expired'): TlsIdentity;
}

/** `now`: milliseconds since the epoch; certificates are valid for a year on either side of it. */
export function createTestAuthority(name: string, random: Random, now: number): TestAuthority {
  const own = drawKey(random);
  const certificate = certify({
    subject: name,
    issuer: name,
    key: own,
    signingKey: own,
    serial: 1,
    now,
    end: now + YEAR_MS,
  });
  let serial = 1;
  return {
    certificate,
    issue(subject, valid) {
      serial += 1;
      const key = drawKey(random);
      const end = valid === 'expired' ? now - YEAR_MS / 2 : now + YEAR_MS;
      return {
        certificate: certify({ subject, issuer: name, key, signingKey: own, serial, now, end }),
        privateKey: key.export({ format: 'pem', type: 'pkcs8' }) as string,
        authorities: [certificate],
      };
    },
  };
}

/** RFC 8410 section 7: PKCS8 around 32 random bytes. */
function drawKey(random: Random): KeyObject {
  const seed = random.bytes(32);
  const key = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

interface Certified {
  readonly subject: string;
  readonly issuer: string;
  readonly key: KeyObject;
  readonly signingKey: KeyObject;
  readonly serial: number;
  readonly now: number;
  readonly end: number;
}

function certify({ subject, issuer, key, signingKey, serial, now, end }: Certified): string {
  const isAuthority = key === signingKey;
  const constraints = der(0x30, ...(isAuthority ? [der(0x01, Buffer.from([0xff]))] : []));
  const extension = der(0x30, der(0x06, BASIC_CONSTRAINTS), der(0x01, Buffer.from([0xff])), der(0x04, constraints));
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1, serial >> 8, serial & 0xff])),
    ED25519,
    nameOf(issuer),
    der(0x30, timeOf(now - YEAR_MS), timeOf(end)),
    nameOf(subject),
    createPublicKey(key).export({ format: 'der', type: 'spki' }),
    der(0xa3, der(0x30, extension)),
  );
  const signature = der(0x03, Buffer.from([0]), sign(null, body, signingKey));
  const lines = der(0x30, body, ED25519, signature)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n');
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
