/** Motor vehicles 監理 as a synthetic agency: what a person owns or keeps, what they may drive, and requests for correction. */
import { findSubject } from '../frame/find-subject.ts';
import { Handover, refusals, selectMembers } from '../frame/handover.ts';
import type { AgencySystem } from '../frame/model.ts';
import { Refusal } from '../frame/problems.ts';
import { fileRectification } from './file-rectification.ts';
import { loadVehicles } from './load.ts';
import {
  LicenceAnswer,
  type PersonRow,
  RectificationAnswer,
  RectificationRequest,
  VehiclesAnswer,
  type VehicleTables,
} from './model.ts';
import { readLicences, readVehicles } from './read-vehicles.ts';

export const vehiclesSystem: AgencySystem<VehicleTables> = {
  code: 'vehicles',
  title: { 'zh-TW': '車輛與駕照(測試環境)', en: 'Motor vehicles and licences (sandbox)' },
  description:
    '虛構的車輛與駕駛人資料，供測試使用。Synthetic vehicles and drivers for tests and demonstrations; none of them exists.',
  personTable: 'persons',
  migrations: new URL('./migrations/', import.meta.url),
  load: loadVehicles,
  addRoutes(server, database, ports) {
    server.get(
      '/vehicles',
      {
        schema: {
          operationId: 'readVehicles',
          summary: '當事人的車輛 · the person’s vehicles',
          headers: Handover,
          response: { 200: VehiclesAnswer, ...refusals },
        },
      },
      async (request) => {
        const subject = await findSubject<PersonRow>(database, 'persons', request.headers['t-road-subject']);
        return selectMembers(await readVehicles(database, subject), request.headers['t-road-fields']);
      },
    );
    server.get(
      '/licence',
      {
        schema: {
          operationId: 'readLicence',
          summary: '當事人的駕駛執照 · the person’s driving licences',
          headers: Handover,
          response: { 200: LicenceAnswer, ...refusals },
        },
      },
      async (request) => {
        const subject = await findSubject<PersonRow>(database, 'persons', request.headers['t-road-subject']);
        return selectMembers(await readLicences(database, subject), request.headers['t-road-fields']);
      },
    );
    server.post(
      '/rectifications',
      {
        schema: {
          operationId: 'fileRectification',
          summary: '申請更正 · file a request for correction',
          headers: Handover,
          body: RectificationRequest,
          response: { 201: RectificationAnswer, ...refusals },
        },
      },
      async (request, reply) => {
        const {
          't-road-subject': pseudonym,
          't-road-fields': fields,
          't-road-message-id': messageId,
          't-road-purpose': purpose,
        } = request.headers;
        const subject = await findSubject<PersonRow>(database, 'persons', pseudonym);
        const filed = await fileRectification(database, subject, { messageId, purpose, request: request.body }, ports);
        if (!filed.ok) throw new Refusal(filed.error);
        const answer = { id: filed.value.id, status: 'received' as const, filedAt: filed.value.filedAt.toISOString() };
        return reply.status(201).send(selectMembers(answer, fields));
      },
    );
  },
};
