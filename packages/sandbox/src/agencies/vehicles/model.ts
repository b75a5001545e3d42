import Type, { type Static } from 'typebox';
import { Reference } from '../frame/handover.ts';
import type { EnrolledColumns } from '../frame/model.ts';

const LocalDate = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: '西元年-月-日 · year-month-day' });

const VehicleKind = Type.Enum(
  [
    'private-car',
    'private-passenger-cargo-car',
    'light-truck',
    'taxi',
    'company-car',
    'rental-car',
    'heavy-motorcycle',
    'light-motorcycle',
  ],
  { description: '自用小客車、自用小客貨車、小貨車、計程車、公司車、租賃車、普通重型機車、普通輕型機車' },
);

const Owner = Type.Union([
  Type.Object({ kind: Type.Literal('person'), person: Reference }),
  Type.Object({ kind: Type.Literal('company'), name: Type.String(), unifiedBusinessNumber: Type.String() }),
]);

export const VehiclesAnswer = Type.Partial(
  Type.Object({
    vehicles: Type.Array(
      Type.Object({
        plate: Type.String(),
        kind: VehicleKind,
        role: Type.Enum(['owner', 'keeper'], {
          description: '當事人是車主或主要使用人 · the person owns it or keeps it',
        }),
        owner: Owner,
        firstRegisteredOn: LocalDate,
        inspectionDueOn: LocalDate,
        status: Type.Enum(['registered', 'deregistered']),
      }),
    ),
  }),
);
export type VehiclesAnswer = Static<typeof VehiclesAnswer>;

const LicenceClass = Type.Enum(['small-car', 'professional-small-car', 'heavy-motorcycle'], {
  description: '普通小型車、職業小型車、普通重型機車',
});

export const LicenceAnswer = Type.Partial(
  Type.Object({
    licences: Type.Array(
      Type.Object({
        class: LicenceClass,
        issuedOn: LocalDate,
        validUntil: LocalDate,
        status: Type.Enum(['valid', 'suspended', 'expired']),
      }),
    ),
  }),
);
export type LicenceAnswer = Static<typeof LicenceAnswer>;

export const RectificationRequest = Type.Object(
  {
    about: Type.Union([
      Type.Object(
        { kind: Type.Literal('vehicle'), plate: Type.String({ pattern: '^[A-Z0-9]{2,4}-[A-Z0-9]{2,4}$' }) },
        { additionalProperties: false },
      ),
      Type.Object({ kind: Type.Literal('licence'), class: LicenceClass }, { additionalProperties: false }),
    ]),
    field: Type.String({ pattern: '^[a-zA-Z]{1,40}$', description: '要更正的欄位 · the field to be corrected' }),
    shouldBe: Type.String({ minLength: 1, maxLength: 500 }),
    reason: Type.String({ minLength: 1, maxLength: 1000 }),
  },
  { additionalProperties: false },
);
export type RectificationRequest = Static<typeof RectificationRequest>;

export const RectificationAnswer = Type.Partial(
  Type.Object({
    id: Type.String({ description: '受理編號 · number under which the request is kept' }),
    status: Type.Literal('received'),
    filedAt: Type.String({ description: 'RFC 3339' }),
  }),
);

export interface PersonRow extends EnrolledColumns {
  name: string;
  birth_date: string;
  enrolled_at: Date | null;
}

export interface VehicleTables {
  persons: PersonRow;
  vehicles: {
    id: string;
    plate: string;
    kind: Static<typeof VehicleKind>;
    owner_id: string | null;
    owner_company: string | null;
    owner_business_number: string | null;
    keeper_id: string | null;
    first_registered_on: string;
    inspection_due_on: string;
    status: 'registered' | 'deregistered';
  };
  licences: {
    id: string;
    person_id: string;
    class: Static<typeof LicenceClass>;
    issued_on: string;
    valid_until: string;
    status: 'valid' | 'suspended' | 'expired';
  };
  rectifications: {
    id: string;
    message_id: string;
    person_id: string;
    request_digest: string;
    request: string;
    purpose: string;
    filed_at: Date;
  };
  loads: { seed: string; as_of: string; loaded_at: Date };
}
