import { describe, expect, it } from 'vitest';
import { type Hop, isRuleName, REFUSALS, type RuleName, toProblem, toXRoadError } from './index.ts';

const rules = Object.keys(REFUSALS) as RuleName[];
const hops: Hop[] = ['consumer-gateway', 'provider-gateway', 'register', 'hub'];
const read = (body: Uint8Array) => JSON.parse(Buffer.from(body).toString('utf8')) as Record<string, unknown>;

describe('the table of refusals', () => {
  it.each(rules)('tells for %s what happened and what to do, in zh-TW and English', (rule) => {
    const { title, remedy, status, protocol } = REFUSALS[rule];
    expect(rule).toMatch(/^[a-z]+(-[a-z]+)*$/);
    for (const text of [title, remedy]) {
      expect(text['zh-TW']).toMatch(/[\u4e00-\u9fff].*。$/u);
      expect(text.en).toMatch(/^[A-Z].*\.$/);
      expect(text.en).not.toMatch(/[\u4e00-\u9fff]/u);
    }
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(protocol).toBeGreaterThanOrEqual(1);
    expect(protocol).toBeLessThanOrEqual(24);
  });

  it('says something different for every rule', () => {
    expect(new Set(rules.map((rule) => REFUSALS[rule].title.en)).size).toBe(rules.length);
    expect(new Set(rules.map((rule) => REFUSALS[rule].title['zh-TW'])).size).toBe(rules.length);
  });

  it('knows its own names and no inherited ones', () => {
    expect(isRuleName('no-agreement')).toBe(true);
    expect(isRuleName('constructor')).toBe(false);
    expect(isRuleName('__proto__')).toBe(false);
  });
});

describe('a refusal as an answer', () => {
  it('is problem+json with hop, rule and remedy', () => {
    const answer = toProblem({ rule: 'details-mismatch', hop: 'provider-gateway', logId: 'log-1', about: 'body' });
    expect(answer.status).toBe(403);
    expect(answer.headers).toContainEqual(['content-type', 'application/problem+json']);
    expect(read(answer.body)).toEqual({
      type: 'urn:minben:rule:details-mismatch',
      title: REFUSALS['details-mismatch'].title['zh-TW'],
      message: REFUSALS['details-mismatch'].title.en,
      status: 403,
      detail: 'log-1',
      hop: 'provider-gateway',
      rule: 'details-mismatch',
      about: 'body',
      remedy: REFUSALS['details-mismatch'].remedy,
    });
  });

  it.each(rules)('answers %s on the r1 port in X-Road’s words, whatever the hop', (rule) => {
    for (const hop of hops) {
      const answer = toXRoadError({ rule, hop, logId: 'log-2' });
      const body = read(answer.body);
      const type = body.type as string;
      expect(type).toMatch(/^(Client\.BadRequest|Server\.(ClientProxy|ServerProxy)\.[A-Z][A-Za-z]+)$/);
      expect(answer.headers).toContainEqual(['x-road-error', type]);
      expect(answer.status).toBe(type.startsWith('Client.') ? 400 : 500);
      expect(body).toMatchObject({ detail: 'log-2', hop, rule, message: REFUSALS[rule].title.en });
    }
  });

  it('names the proxy of the side that refused', () => {
    const typeAt = (hop: Hop) => read(toXRoadError({ rule: 'no-agreement', hop, logId: '' }).body).type;
    expect(typeAt('provider-gateway')).toBe('Server.ServerProxy.AccessDenied');
    expect(typeAt('consumer-gateway')).toBe('Server.ClientProxy.AccessDenied');
    expect(typeAt('register')).toBe('Server.ServerProxy.AccessDenied');
  });
});
