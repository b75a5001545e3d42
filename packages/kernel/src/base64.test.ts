import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, decodeBase64Url, decodeHex, encodeBase64, encodeBase64Url, encodeHex } from './index.ts';

const bytes = fc.uint8Array({ maxLength: 100 });

describe('text forms of bytes', () => {
  it('give back the bytes they were made of', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(decodeBase64Url(encodeBase64Url(value))).toEqual({ ok: true, value: Buffer.from(value) });
        expect(decodeBase64(encodeBase64(value))).toEqual({ ok: true, value: Buffer.from(value) });
        expect(decodeHex(encodeHex(value))).toEqual({ ok: true, value: Buffer.from(value) });
      }),
    );
  });

  it('encode a view into a larger buffer, not the buffer', () => {
    expect(encodeHex(new Uint8Array([1, 2, 3, 4]).subarray(1, 3))).toBe('0203');
  });

  it('have one accepted spelling for each byte string', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12, unit: fc.constantFrom(...'AQgw_-+/= \n\u00e9') }), (text) => {
        const url = decodeBase64Url(text);
        const standard = decodeBase64(text);
        expect(!url.ok || encodeBase64Url(url.value) === text).toBe(true);
        expect(!standard.ok || encodeBase64(standard.value) === text).toBe(true);
      }),
    );
  });

  it.each(['AA==', 'AB', 'A', 'AAA=', '+/+/', 'AA A', 'AAAA\n', 'AA.A', 'ÁAAA'])('refuse %j as base64url', (text) => {
    expect(decodeBase64Url(text)).toEqual({ ok: false, error: 'not-base64url' });
  });

  it.each(['AA', 'AB==', 'A===', '-_-_', 'AAAA AAAA', 'AA==AA=='])('refuse %j as base64', (text) => {
    expect(decodeBase64(text)).toEqual({ ok: false, error: 'not-base64' });
  });

  it.each(['0', '0G', 'AB', '0x00', ' 00'])('refuse %j as hexadecimal', (text) => {
    expect(decodeHex(text)).toEqual({ ok: false, error: 'not-hex' });
  });
});
