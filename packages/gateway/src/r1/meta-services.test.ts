import type { SubsystemId } from '@minben/kernel';
import type { HttpResponse } from '@minben/ports';
import { describe, expect, it } from 'vitest';
import { CLIENT, makeSampleIndex, NOW, PROVIDER, SERVICE } from '../test-support/sample-bundle.ts';
import {
  answerAllowedMethods,
  answerListClients,
  answerListMethods,
  answerOpenApi,
  findDescribedService,
} from './index.ts';

const index = makeSampleIndex();
const provider = PROVIDER as SubsystemId;
const client = CLIENT as SubsystemId;
const read = ({ body }: HttpResponse) => JSON.parse(Buffer.from(body).toString());
const allowed = (now: number, changed = index) => read(answerAllowedMethods(changed, provider, client, now)).service;

describe('listMethods', () => {
  it('lists every service of the subsystem with its endpoints, in both shapes of the specification', () => {
    const answer = read(answerListMethods(index, provider));
    expect(answer.service[0]).toEqual({
      member_class: 'GOV',
      member_code: 'HOUSEHOLD',
      object_type: 'SERVICE',
      service_code: 'residents',
      service_type: 'OPENAPI',
      subsystem_code: 'register',
      xroad_instance: 'TW',
      endpoint_list: [
        { method: 'GET', path: '/residents/*' },
        { method: '*', path: '/files/**' },
      ],
    });
    expect(answer.member[1]).toEqual({
      objectType: { object_type: 'SERVICE' },
      serviceType: 'OPENAPI',
      xRoadInstance: 'TW',
      memberClass: 'GOV',
      memberCode: 'HOUSEHOLD',
      subsystemCode: 'register',
      serviceCode: 'statistics',
      serviceVersion: '2.0.0',
      endpointList: { member: [{ method: 'GET', path: '/totals' }] },
    });
  });

  it('never lists meta-services, nor the services of a subsystem with a longer name', () => {
    expect(JSON.stringify(read(answerListMethods(index, provider)))).not.toMatch(
      /listMethods|allowedMethods|getOpenAPI/,
    );
    expect(read(answerListMethods(index, 'TW/GOV/HOUSEHOLD/regis' as SubsystemId)).service).toEqual([]);
  });
});

describe('allowedMethods', () => {
  it('lists what this caller may call, by the agreement and not by the service', () => {
    expect(allowed(NOW)).toMatchObject([
      { service_code: 'residents', endpoint_list: [{ method: 'GET', path: '/residents/*' }] },
    ]);
  });

  it('lists nothing to another caller, under a suspended agreement, or outside its time', () => {
    expect(read(answerAllowedMethods(index, provider, 'TW/GOV/OTHER/x' as SubsystemId, NOW)).service).toEqual([]);
    expect(allowed(NOW - 1001)).toEqual([]);
    expect(allowed(NOW + 1000)).toEqual([]);
    const suspended = makeSampleIndex((bundle) => ({
      ...bundle,
      agreements: bundle.agreements.map((agreement) => ({ ...agreement, suspendedBy: ['provider' as const] })),
    }));
    expect(allowed(NOW, suspended)).toEqual([]);
  });
});

describe('getOpenAPI', () => {
  it('describes the one service that is named', () => {
    const service = findDescribedService(index, provider, '?serviceCode=residents');
    if (!service.ok) throw new Error(service.error);
    const answer = answerOpenApi(service.value);
    expect(answer.headers).toEqual([['content-type', 'application/json; charset=utf-8']]);
    expect(read(answer)).toMatchObject({
      openapi: '3.1.0',
      info: { version: '1.2.0' },
      servers: [{ url: `/r1/${SERVICE}` }],
      paths: {
        '/residents/{segment1}': { get: { parameters: [{ name: 'segment1', in: 'path', required: true }] } },
        '/files/{rest1}': { get: {}, put: {}, post: {}, delete: {}, patch: {} },
      },
    });
  });

  it.each([
    ['', 'identifier-malformed'],
    ['?serviceCode=', 'identifier-malformed'],
    ['?serviceCode=a&serviceCode=b', 'identifier-malformed'],
    ['?serviceCode=none', 'service-unknown'],
    ['?serviceCode=residents/x', 'service-unknown'],
  ])('refuses the query %j', (query, error) => {
    expect(findDescribedService(index, provider, query)).toEqual({ ok: false, error });
  });
});

describe('listClients', () => {
  it('lists members and subsystems with their names', () => {
    const { member } = read(answerListClients(index, undefined));
    expect(member).toHaveLength(4);
    expect(member[1]).toEqual({
      id: {
        object_type: 'SUBSYSTEM',
        xroad_instance: 'TW',
        member_class: 'GOV',
        member_code: 'VEHICLES',
        subsystem_code: 'register',
      },
      name: '監理',
    });
  });

  it('answers in XML when asked, with names escaped', () => {
    const answer = answerListClients(index, 'text/xml');
    const xml = Buffer.from(answer.body).toString();
    expect(answer.headers).toEqual([['content-type', 'text/xml; charset=utf-8']]);
    expect(xml.match(/<member>/g)).toHaveLength(4);
    expect(xml).toContain('<name>戶政&lt;&gt;&amp;</name>');
  });
});
