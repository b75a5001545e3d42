import { parseNationalId, parseResidentCertificateNumber } from '@minben/kernel';
import { describe, expect, it } from 'vitest';
import { type CanaryKind, canaries, expectNoCanary, findCanaries } from './canaries.ts';

const kinds = Object.keys(canaries) as CanaryKind[];

describe.each(kinds)('a canary of the kind %s', (kind) => {
  const value = canaries[kind];

  it.each([
    ['as it is', value],
    ['in lower case', value.toLowerCase()],
    ['in an address', `/residents?subject=${encodeURIComponent(value)}&x=1`],
    ['in JSON', JSON.stringify({ event: 'x', subject: value })],
    ['in JSON of ASCII only', `"${[...value].map(escapeSign).join('')}"`],
    ['in hexadecimal', Buffer.from(value).toString('hex')],
    ['in base64', Buffer.from(value).toString('base64')],
    ['in base64url behind one byte', Buffer.from(`:${value};`).toString('base64url')],
    ['in base64 of a JSON text', Buffer.from(JSON.stringify({ ab: value })).toString('base64')],
  ])('is caught %s', (_, text) => {
    expect(findCanaries(`line before\n${text}\nline after`)).toContain(kind);
    expect(() => expectNoCanary(text, 'a log line')).toThrow(`a log line must not contain`);
  });

  it('is not repeated by the message that reports it', () => {
    let message = '';
    try {
      expectNoCanary(value, 'a log line');
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain(kind);
    expect(findCanaries(message)).toEqual([]);
  });
});

describe('expectNoCanary', () => {
  it('lets harmless lines pass', () => {
    const lines =
      '{"level":"info","event":"request-delivered","ms":12,"service":"TW/GOV/HOUSEHOLD/register/residents"}';
    expect(() => expectNoCanary(lines, 'the log')).not.toThrow();
    expect(() => expectNoCanary('', 'the log')).not.toThrow();
  });

  it('has canaries that pass every check of form, so that they reach as far as real data would', () => {
    expect(parseNationalId(canaries.nationalId).ok).toBe(true);
    expect(parseNationalId(canaries.otherNationalId).ok).toBe(true);
    expect(parseResidentCertificateNumber(canaries.residentCertificate).ok).toBe(true);
    expect(parseResidentCertificateNumber(canaries.oldResidentCertificate).ok).toBe(true);
  });
});

function escapeSign(sign: string): string {
  return sign.charCodeAt(0) < 0x7f ? sign : `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
