/**
 * What the agency's own gateway hands over with each call (PROTOCOL 23). The subject is the person's pseudonym in
 * this agency's sector; the field list says which members of the answer may be released, and the register
 * does not even assemble the others (the gateway filters again, down to single fields).
 */
import Type, { type Static } from 'typebox';

const fieldPath = '[A-Za-z][A-Za-z0-9]*(\\[\\])?(\\.[A-Za-z][A-Za-z0-9]*(\\[\\])?)*';

export const Handover = Type.Object({
  't-road-subject': Type.String({
    pattern: '^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$',
    description: "當事人在本機關領域的代號 · the person's pseudonym in this agency's sector",
  }),
  't-road-purpose': Type.String({ pattern: '^[A-Za-z0-9._:-]{1,128}$', description: '目的代碼 · purpose code' }),
  't-road-fields': Type.String({
    maxLength: 4096,
    pattern: `^(whole-document|${fieldPath}(, ?${fieldPath})*)$`,
    description:
      '可釋出的欄位，以逗號分隔，或 whole-document · fields that may be released, comma-separated, or whole-document',
  }),
  't-road-message-id': Type.String({
    pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
    description: '訊息編號(UUIDv7)· message id (UUIDv7)',
  }),
});
export type Handover = Static<typeof Handover>;

export const Reference = Type.String({
  description:
    '另一人的參照：其於該機關領域的代號，加密給身分服務 · another person: their pseudonym in this sector, encrypted to identity',
});

export const ProblemDocument = Type.Object({
  type: Type.String(),
  status: Type.Integer(),
  title: Type.String(),
  remedy: Type.String(),
  hop: Type.String(),
  rule: Type.String(),
  translations: Type.Object({}, { additionalProperties: true }),
});

/** The refusals' place in each operation's document. */
export const refusals = {
  default: { description: '拒絕 · refusal', content: { 'application/problem+json': { schema: ProblemDocument } } },
};

/** Keeps the top-level members that a field of the list begins with. */
export function selectMembers<T extends object>(document: T, fields: string): Partial<T> {
  if (fields === 'whole-document') return document;
  const names = new Set(fields.split(',').map((path) => path.trim().split(/[.[]/, 1)[0]));
  return Object.fromEntries(Object.entries(document).filter(([name]) => names.has(name))) as Partial<T>;
}
