import { describe, expect, it } from 'vitest';
import { chooseLanguage, type Problem, problemType, writeProblem } from './index.ts';

const problem: Problem = {
  type: problemType('grant-expired'),
  status: 403,
  title: { 'zh-TW': '授權已到期', en: 'The grant has expired' },
  hop: 'provider-gateway',
  rule: 'grant-expired',
  remedy: { 'zh-TW': '請當事人重新同意。', en: 'Ask the person to consent again.' },
  instance: 'urn:uuid:017f22e2-79b0-7cc3-98c4-dc0c0c07398f',
};

describe('a refusal', () => {
  it('says in both languages what happened and what to do, and which hop kept which rule', () => {
    expect(writeProblem(problem, 'en')).toEqual({
      type: 'urn:minben:problem:grant-expired',
      status: 403,
      title: 'The grant has expired',
      remedy: 'Ask the person to consent again.',
      hop: 'provider-gateway',
      rule: 'grant-expired',
      instance: 'urn:uuid:017f22e2-79b0-7cc3-98c4-dc0c0c07398f',
      translations: {
        'zh-TW': { title: '授權已到期', remedy: '請當事人重新同意。' },
        en: { title: 'The grant has expired', remedy: 'Ask the person to consent again.' },
      },
    });
  });

  it('speaks zh-TW when no language was asked for', () => {
    expect(writeProblem(problem).title).toBe('授權已到期');
  });

  it('leaves out what it does not know instead of writing null', () => {
    const { instance: _, ...rest } = problem;
    expect(Object.keys(writeProblem(rest))).not.toContain('instance');
    expect(Object.keys(writeProblem(rest))).not.toContain('detail');
  });
});

describe('chooseLanguage', () => {
  it.each([
    [undefined, 'zh-TW'],
    ['', 'zh-TW'],
    ['fr', 'zh-TW'],
    ['en', 'en'],
    ['en-GB,zh-TW;q=0.9', 'en'],
    ['zh-Hant;q=0.5, en;q=0.4', 'zh-TW'],
    ['zh;q=0, en;q=0.1', 'en'],
    ['english', 'zh-TW'],
    ['en;q=x', 'zh-TW'],
  ] as const)('answers %j in %s', (header, language) => {
    expect(chooseLanguage(header)).toBe(language);
  });
});
