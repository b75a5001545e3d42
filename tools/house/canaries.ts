/**
 * Canaries: numbers, names and secrets that no living person has. A test plants them in calls and then asserts
 * that none came out where nobody may read them: log lines, metrics, addresses, error texts.
 */
import { completeNationalId, completeResidentCertificateNumber } from '@minben/kernel';

export const canaries = {
  nationalId: completeNationalId('Z29876543'),
  otherNationalId: completeNationalId('Y19283746'),
  residentCertificate: completeResidentCertificateNumber('W89753102'),
  oldResidentCertificate: completeResidentCertificateNumber('XD7410258'),
  name: '測漏金絲雀',
  romanisedName: 'Kanalia Testowska·Lapur',
  plate: 'ZZZ-9753',
  address: '連江縣東引鄉測漏路九百九十九號',
  token: 'canary-token-7f3a9c51e2d84b06',
  secret: 'canary-secret-0d9e8f7a6b5c4d3e2f1a',
} as const;

export type CanaryKind = keyof typeof canaries;

/** Which canaries stand in `text`: as they are, in any letter case, or percent-, JSON-, base64- or hex-encoded. */
export function findCanaries(text: string): CanaryKind[] {
  const folded = text.toLowerCase();
  return (Object.keys(canaries) as CanaryKind[]).filter((kind) =>
    spellings(canaries[kind]).some((spelling) => folded.includes(spelling.toLowerCase())),
  );
}

/** Throws when a canary stands in `text`; `where` says what the text is. The message names the kind, not the value. */
export function expectNoCanary(text: string, where: string): void {
  const found = findCanaries(text);
  if (found.length > 0)
    throw new Error(`${where} must not contain a personal datum or secret, but holds: ${found.join(', ')}`);
}

function spellings(value: string): string[] {
  const bytes = Buffer.from(value);
  const escaped = JSON.stringify(value)
    .slice(1, -1)
    .replace(/[^ -~]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const fullWidth = value.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));
  return [value, encodeURIComponent(value), escaped, fullWidth, bytes.toString('hex'), ...base64Spellings(bytes)];
}

/** Base64 cuts bytes into threes, so the same bytes look different at each of three offsets; the cut ends are left out. */
function base64Spellings(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes]);
    const whole = shifted.subarray(0, shifted.length - (shifted.length % 3));
    const start = offset === 0 ? 0 : 4;
    return [whole.toString('base64').slice(start), whole.toString('base64url').slice(start)];
  });
}
