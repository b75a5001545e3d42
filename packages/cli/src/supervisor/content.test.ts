/** The content that a first start signs must fit the trust bundle and name only what it holds. */
import { readdirSync, readFileSync } from 'node:fs';
import { Agreement, Member, Service, Text, TrustBundle } from '@minben/exchange';
import Type, { type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';

const folder = new URL('../../../../content/tw/exchange/', import.meta.url);
const read = (path: string) => JSON.parse(readFileSync(new URL(path, folder), 'utf8'));
const readAll = (name: string) => readdirSync(new URL(`${name}/`, folder)).map((file) => read(`${name}/${file}`));

const members = readAll('members');
const services = readAll('services');
const agreements = readAll('agreements');
const purposes = readAll('purposes');

describe('the sandbox exchange', () => {
  it.each<[string, TSchema, unknown[]]>([
    ['members', Member, members],
    ['services', Service, services],
    ['agreements', Agreement, agreements],
    ['purposes', Type.Object({ code: Type.String(), title: Text }, { additionalProperties: false }), purposes],
    ['the policy', TrustBundle.properties.policy, [read('policy.json').policy]],
  ])('has %s in the shape of the trust bundle', (_, schema, documents) => {
    const check = Compile(schema);
    expect(documents.length).toBeGreaterThan(0);
    for (const document of documents) expect(check.Check(document)).toBe(true);
  });

  it('names only members, services and purposes that it holds', () => {
    const subsystems = members.flatMap((one: Member) => one.subsystems.map((code) => `${one.id}/${code}`));
    const codes = purposes.map((one: { code: string }) => one.code);
    for (const service of services as Service[]) {
      expect(subsystems).toContain(service.id.split('/').slice(0, 4).join('/'));
    }
    for (const agreement of agreements as Agreement[]) {
      expect(subsystems).toContain(agreement.client);
      expect(services.map((one: Service) => one.id)).toContain(agreement.service);
      for (const purpose of agreement.purposes) expect(codes).toContain(purpose);
    }
  });

  it('grants no endpoint that its service does not offer', () => {
    for (const agreement of agreements as Agreement[]) {
      const offered = services.find((one: Service) => one.id === agreement.service)?.endpoints;
      for (const endpoint of agreement.endpoints) expect(offered).toContainEqual(endpoint);
    }
  });
});
