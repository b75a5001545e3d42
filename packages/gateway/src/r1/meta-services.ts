/**
 * X-Road's meta-services, answered from the trust bundle: who is there, which services a subsystem offers, and what
 * this caller may call (service metadata protocol for REST). Pure functions; the names of meta-services are never listed.
 */
import type { Agreement, BundleIndex, Service } from '@minben/exchange';
import { fail, type Result, type SubsystemId, succeed } from '@minben/kernel';
import type { HttpResponse } from '@minben/ports';
import type { ClientId } from './parse-identifiers.ts';

interface Endpoint {
  readonly method: string;
  readonly path: string;
}

/** All services of one subsystem with their endpoints. */
export function answerListMethods(index: BundleIndex, provider: SubsystemId): HttpResponse {
  return answerServices(servicesOf(index, provider).map((service) => [service, service.endpoints]));
}

/** The services and endpoints of one subsystem that this client may call now. `nowSeconds` since the epoch. */
export function answerAllowedMethods(
  index: BundleIndex,
  provider: SubsystemId,
  client: ClientId,
  nowSeconds: number,
): HttpResponse {
  const allowed = servicesOf(index, provider).flatMap((service): [Service, readonly Endpoint[]][] => {
    const agreements = index
      .agreementsBetween(client, service.id)
      .filter((agreement) => isInForce(agreement, nowSeconds));
    return agreements.length === 0 ? [] : [[service, distinct(agreements.flatMap((agreement) => agreement.endpoints))]];
  });
  return answerServices(allowed);
}

function servicesOf(index: BundleIndex, provider: SubsystemId): Service[] {
  return index.bundle.services.filter((service) => service.id.startsWith(`${provider}/`));
}

function isInForce(agreement: Agreement, nowSeconds: number): boolean {
  return agreement.suspendedBy.length === 0 && agreement.validFrom <= nowSeconds && nowSeconds < agreement.validUntil;
}

function distinct(endpoints: readonly Endpoint[]): Endpoint[] {
  return [...new Map(endpoints.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint])).values()];
}

/**
 * The specification's schema (annex A: `member`, `endpointList`) and its examples, which real servers follow (annex B:
 * `service`, `endpoint_list`), disagree; the answer holds both, so that clients written to either can read it.
 */
function answerServices(services: readonly (readonly [Service, readonly Endpoint[]])[]): HttpResponse {
  return answerJson({
    service: services.map(([service, endpoints]) => {
      const [instance, memberClass, memberCode, subsystem, code] = service.id.split('/');
      return {
        member_class: memberClass,
        member_code: memberCode,
        object_type: 'SERVICE',
        service_code: code,
        service_type: 'OPENAPI',
        subsystem_code: subsystem,
        xroad_instance: instance,
        endpoint_list: endpoints,
      };
    }),
    member: services.map(([service, endpoints]) => {
      const [instance, memberClass, memberCode, subsystem, code] = service.id.split('/');
      return {
        objectType: { object_type: 'SERVICE' },
        serviceType: 'OPENAPI',
        xRoadInstance: instance,
        memberClass,
        memberCode,
        subsystemCode: subsystem,
        serviceCode: code,
        serviceVersion: service.version,
        endpointList: { member: endpoints },
      };
    }),
  });
}

/** The service whose description getOpenAPI asks for: `?serviceCode=…`, once. */
export function findDescribedService(
  index: BundleIndex,
  provider: SubsystemId,
  query: string,
): Result<Service, 'identifier-malformed' | 'service-unknown'> {
  const codes = new URLSearchParams(query).getAll('serviceCode');
  if (codes.length !== 1 || codes[0] === '') return fail('identifier-malformed');
  const service = index.services.get(`${provider}/${codes[0]}`);
  return service === undefined ? fail('service-unknown') : succeed(service);
}

/**
 * An OpenAPI 3.1 description of what the bundle knows of a service: title, version, and every endpoint with its
 * methods; a wildcard becomes a path parameter. Schemas of bodies stand in the provider's own document.
 */
export function answerOpenApi(service: Service): HttpResponse {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { method, path } of service.endpoints) {
    const parameters: string[] = [];
    const template = path.replace(/\\\*|\*+/g, (mark) => {
      if (mark === '\\*') return '*';
      parameters.push(mark === '*' ? `segment${parameters.length + 1}` : `rest${parameters.length + 1}`);
      return `{${parameters.at(-1)}}`;
    });
    const operation = {
      summary: `${service.title['zh-TW']} ${service.title.en}`,
      parameters: parameters.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      responses: { default: { description: 'The provider’s answer, with the fields that the agreement allows.' } },
    };
    const methods = method === '*' ? ['get', 'put', 'post', 'delete', 'patch'] : [method.toLowerCase()];
    const item = paths[template === '' ? '/' : template] ?? {};
    for (const name of methods) item[name] = operation;
    paths[template === '' ? '/' : template] = item;
  }
  const title = `${service.title['zh-TW']} ${service.title.en}`;
  return answerJson({
    openapi: '3.1.0',
    info: { title, version: service.version },
    servers: [{ url: `/r1/${service.id}` }],
    paths,
  });
}

/** All members and subsystems of the instance; `accept` picks XML, JSON otherwise (r1: default is JSON). */
export function answerListClients(index: BundleIndex, accept: string | undefined): HttpResponse {
  const clients = index.bundle.members.flatMap((member) => {
    const [instance, memberClass, memberCode] = member.id.split('/') as [string, string, string];
    const id = { object_type: 'MEMBER', xroad_instance: instance, member_class: memberClass, member_code: memberCode };
    const subsystems = member.subsystems.map((code) => ({ ...id, object_type: 'SUBSYSTEM', subsystem_code: code }));
    return [id, ...subsystems].map((clientId) => ({ id: clientId, name: member.name['zh-TW'] }));
  });
  return accept !== undefined && /\b(?:application|text)\/xml\b/.test(accept)
    ? answerXml(clients)
    : answerJson({ member: clients });
}

interface ListedClient {
  readonly id: {
    readonly object_type: string;
    readonly xroad_instance: string;
    readonly member_class: string;
    readonly member_code: string;
    readonly subsystem_code?: string;
  };
  readonly name: string;
}

function answerXml(clients: readonly ListedClient[]): HttpResponse {
  const members = clients.map(({ id, name }) => {
    const subsystem =
      id.subsystem_code === undefined ? '' : `<id:subsystemCode>${escapeXml(id.subsystem_code)}</id:subsystemCode>`;
    return `<member><id id:objectType="${id.object_type}"><id:xRoadInstance>${escapeXml(id.xroad_instance)}</id:xRoadInstance><id:memberClass>${escapeXml(id.member_class)}</id:memberClass><id:memberCode>${escapeXml(id.member_code)}</id:memberCode>${subsystem}</id><name>${escapeXml(name)}</name></member>`;
  });
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<clientList xmlns="http://x-road.eu/xsd/xroad.xsd" xmlns:id="http://x-road.eu/xsd/identifiers">${members.join('')}</clientList>`;
  return { status: 200, headers: [['content-type', 'text/xml; charset=utf-8']], body: Buffer.from(xml) };
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function answerJson(document: unknown): HttpResponse {
  return {
    status: 200,
    headers: [['content-type', 'application/json; charset=utf-8']],
    body: Buffer.from(JSON.stringify(document)),
  };
}
