/**
 * Identity as an ordinary T-Road service behind the hub's gateway (PROTOCOL 21). Who calls is told by the
 * gateway in `T-Road-Client`, and decides the sector: nobody can ask for another sector's pseudonyms.
 *   POST /enrolments {"numbers":[…]}      → {"sector","pseudonyms":[…]} in the same order
 *   POST /references {"pseudonyms":[…]}   → {"references":[…]} of the caller's own sector
 *   POST /subjects   {"service","purpose","subject"} → {"subject":{gateway: sealed}} under a statutory agreement
 */
import type { BundleIndex } from '@minben/exchange';
import { parsePseudonym } from '@minben/kernel';
import type { Clock, HttpHandler, HttpRequest, HttpResponse, Logger } from '@minben/ports';
import Type from 'typebox';
import { answerJson, bodyReader, route } from '../http/answers.ts';
import { hasSecret, headerOf, refuse } from '../http/problems.ts';
import { makeReference } from './person-reference.ts';
import { findPseudonym, type IdentityMeans, NamedSubject, sealSubject, sectorOf } from './subject.ts';

/** Most numbers or pseudonyms in one call. */
export const MAXIMUM_ITEMS = 500;

const closed = { additionalProperties: false } as const;
const readEnrolment = bodyReader(Type.Object({ numbers: Type.Array(Type.String()) }, closed));
const readReferences = bodyReader(Type.Object({ pseudonyms: Type.Array(Type.String()) }, closed));
const readSubject = bodyReader(
  Type.Object({ service: Type.String(), purpose: Type.String(), subject: NamedSubject }, closed),
);

export function createIdentityHandler(
  identity: IdentityMeans,
  /** `secret`: shared with the hub's gateway alone, so that nobody beside it can say who calls. */
  means: { bundle: () => BundleIndex; clock: Clock; log: Logger; secret: string },
): HttpHandler {
  /** The calling subsystem and its sector, as the hub's gateway says; undefined for anyone the bundle does not hold. */
  const callerOf = (request: HttpRequest): { client: string; sector: string } | undefined => {
    const client = headerOf(request, 't-road-client') ?? '';
    const index = means.bundle();
    const member = index.members.get(client.split('/', 3).join('/'));
    const code = client.split('/')[3] ?? '';
    return member?.subsystems.includes(code) && client === `${member.id}/${code}`
      ? { client, sector: member.sector }
      : undefined;
  };

  const enrol = (request: HttpRequest): HttpResponse => {
    const caller = callerOf(request);
    if (!caller) return refuse(request, 'caller-unknown');
    const body = readEnrolment(request);
    if (!body) return refuse(request, 'body-malformed');
    if (body.numbers.length > MAXIMUM_ITEMS) return refuse(request, 'too-many-items');
    const pseudonyms = body.numbers.map((number) => identity.pseudonyms.make(number, caller.sector));
    const positions = pseudonyms.flatMap((pseudonym, position) => (pseudonym === undefined ? [position] : []));
    if (positions.length > 0) return refuse(request, 'number-invalid', { positions });
    means.log('info', 'persons-enrolled', { sector: caller.sector, count: pseudonyms.length });
    return answerJson(200, { sector: caller.sector, pseudonyms });
  };

  const refer = async (request: HttpRequest): Promise<HttpResponse> => {
    const caller = callerOf(request);
    if (!caller) return refuse(request, 'caller-unknown');
    const body = readReferences(request);
    if (!body) return refuse(request, 'body-malformed');
    if (body.pseudonyms.length > MAXIMUM_ITEMS) return refuse(request, 'too-many-items');
    const references: string[] = [];
    for (const text of body.pseudonyms) {
      const pseudonym = parsePseudonym(text);
      // Translating into its own sector shows that identity made it.
      if (!pseudonym.ok || identity.pseudonyms.translate(text, caller.sector, caller.sector) !== text) {
        return refuse(request, 'subject-unreadable', { positions: [references.length] });
      }
      references.push(await makeReference(pseudonym.value, caller.sector, identity.sealer, identity.keys));
    }
    return answerJson(200, { sector: caller.sector, references });
  };

  const sealForStatute = async (request: HttpRequest): Promise<HttpResponse> => {
    const caller = callerOf(request);
    if (!caller) return refuse(request, 'caller-unknown');
    const body = readSubject(request);
    if (!body) return refuse(request, 'body-malformed');
    const { service, purpose, subject } = body;
    // A pseudonym counts only in the caller's own sector: a stolen one of another sector opens nothing.
    if ('pseudonym' in subject && subject.sector !== caller.sector) return refuse(request, 'subject-unreadable');
    const index = means.bundle();
    const now = means.clock.now() / 1000;
    const agreement = index
      .agreementsBetween(caller.client, service)
      .find(
        (candidate) =>
          candidate.basis.kind === 'statute' &&
          candidate.purposes.includes(purpose) &&
          candidate.suspendedBy.length === 0 &&
          now >= candidate.validFrom &&
          now < candidate.validUntil,
      );
    const sector = sectorOf(service, index);
    if (!agreement || sector === undefined) return refuse(request, 'no-statutory-agreement');
    const pseudonym = await findPseudonym(subject, sector, identity);
    if (!pseudonym.ok) return refuse(request, pseudonym.error);
    const gateways = index.services.get(service)?.gateways ?? [];
    return answerJson(200, {
      subject: await sealSubject(pseudonym.value, { service, purpose, gateways }, index, identity.sealer),
    });
  };

  const routes = route({ 'POST /enrolments': enrol, 'POST /references': refer, 'POST /subjects': sealForStatute });
  return (request) =>
    hasSecret(request, 't-road-gateway-secret', means.secret)
      ? routes(request)
      : Promise.resolve(refuse(request, 'not-the-gateway'));
}
