import type { ServiceId, SubsystemId } from '@minben/kernel';
import { describe, expect, it } from 'vitest';
import { hashR1Request, writeR1ResponseHeaders } from './index.ts';

const request = {
  method: 'POST',
  path: '/r1/TW/GOV/A/s/c/x?y=1',
  headers: [
    ['accept', '*/*'],
    ['x-road-client', 'TW/GOV/B/s'],
  ] as const,
  requestId: 'rid',
  body: Buffer.from('body'),
};

describe('the request hash', () => {
  // Both values were computed outside this project, with Python's hashlib.
  it('is SHA-512 over the digests of header part and body', () => {
    expect(hashR1Request(request)).toBe(
      'Rn4cSUtRvQ36zpWSGW5BkUo70oof5VIL33yBRfhG+NopyM2y4KG/ZinJIaPgedWxM2gCRy2i2hRwyeUzKAuTiA==',
    );
  });

  it('is the digest of the header part where there is no body', () => {
    expect(hashR1Request({ ...request, body: Buffer.alloc(0) })).toBe(
      'Dfo/fAD2uJ/UPAHcwWK4KFl1IKySpec9nsI7GbMTnjhMeUnV46Z4Prrshih1yiiNQKoI2VVwBpMPJgvLjFvgpQ==',
    );
  });

  it('takes the request id from the gateway only', () => {
    const headers = [...request.headers, ['x-road-request-id', 'mine'] as const];
    expect(hashR1Request({ ...request, headers })).toBe(hashR1Request(request));
  });
});

describe('the headers of an answer', () => {
  it('are X-Road’s own, whatever the provider’s system wrote under these names', () => {
    const call = {
      client: 'TW/GOV/B/s' as SubsystemId,
      service: 'TW/GOV/A/s/c' as ServiceId,
      queryId: 'q',
      requestId: 'r',
      requestHash: 'h',
    };
    expect(
      writeR1ResponseHeaders(
        [
          ['content-type', 'text/plain'],
          ['x-road-error', 'forged'],
          ['x-road-request-hash', 'forged'],
          ['x-road-id', 'forged'],
        ],
        call,
      ),
    ).toEqual([
      ['content-type', 'text/plain'],
      ['x-road-client', 'TW/GOV/B/s'],
      ['x-road-service', 'TW/GOV/A/s/c'],
      ['x-road-id', 'q'],
      ['x-road-request-id', 'r'],
      ['x-road-request-hash', 'h'],
    ]);
  });
});
