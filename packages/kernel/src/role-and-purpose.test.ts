import { describe, expect, it } from 'vitest';
import { findPurpose, parseRole, roles } from './index.ts';

describe('a role', () => {
  it('is known by its name and has one in both languages', () => {
    for (const [role, names] of Object.entries(roles)) {
      expect(parseRole(role)).toEqual({ ok: true, value: role });
      expect(names['zh-TW']).toMatch(/\p{Script=Han}/u);
      expect(names.en).toMatch(/^[A-Z]/);
    }
  });

  it.each(['', 'Officer', 'admin', '__proto__', 'toString', 'constructor'])('is not %j', (text) => {
    expect(parseRole(text)).toEqual({ ok: false, error: 'unknown-role' });
  });
});

describe('a purpose', () => {
  const listed = [{ code: 'parking-permit', title: { 'zh-TW': '停車證', en: 'Parking permit' } }];

  it('is found by its code', () => {
    expect(findPurpose(listed, 'parking-permit')).toEqual({ ok: true, value: listed[0] });
  });

  it('is refused when it is not listed or could not be', () => {
    expect(findPurpose(listed, 'taxes')).toEqual({ ok: false, error: 'unlisted' });
    expect(findPurpose(listed, 'parking permit')).toEqual({ ok: false, error: 'malformed' });
    expect(findPurpose([{ code: '', title: { 'zh-TW': '', en: '' } }], '')).toEqual({ ok: false, error: 'malformed' });
  });
});
