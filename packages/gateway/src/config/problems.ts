/** What is wrong with a configuration, as sentences for the engineer who edits it. Values are never repeated: some are secret. */
import type { BothLanguages } from '@minben/exchange';

export interface ConfigProblem {
  /** `ports.consumer.host`; empty for the file as a whole. */
  readonly field: string;
  readonly text: BothLanguages;
}

export function problem(field: string, chinese: string, english: string): ConfigProblem {
  return { field, text: { 'zh-TW': chinese, en: english } };
}

/** As TypeBox reports it. */
export interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** One problem for each field concerned; several errors of one field become one sentence each. */
export function explainSchemaErrors(errors: readonly SchemaError[]): ConfigProblem[] {
  const distinct = new Map(errors.flatMap(explain).map((found) => [`${found.field}\n${found.text.en}`, found]));
  return [...distinct.values()];
}

function explain({ keyword, instancePath, params }: SchemaError): ConfigProblem[] {
  const field = fieldOf(instancePath);
  switch (keyword) {
    case 'boolean':
      // Repeats what `additionalProperties` says of the same member.
      return [];
    case 'additionalProperties':
      return namesIn(params.additionalProperties).map((name) =>
        problem(join(field, name), '不認得這個欄位，請檢查拼字。', 'This field is not known; check its spelling.'),
      );
    case 'required':
      return namesIn(params.requiredProperties).map((name) =>
        problem(join(field, name), '缺少這個欄位。', 'This field is missing.'),
      );
    case 'type':
      return [problem(field, `型別應為 ${String(params.type)}。`, `This must be of type ${String(params.type)}.`)];
    case 'enum':
      return [
        problem(
          field,
          `只能是 ${namesIn(params.allowedValues).join('、')}。`,
          `This must be one of ${namesIn(params.allowedValues).join(', ')}.`,
        ),
      ];
    case 'pattern':
      return [
        problem(
          field,
          `格式不符，應如 ${exampleOf(field)}。`,
          `This has not the right form; for example ${exampleOf(field)}.`,
        ),
      ];
    case 'minimum':
    case 'maximum':
      return [
        problem(
          field,
          `數值須 ${String(params.comparison)} ${String(params.limit)}。`,
          `This must be ${String(params.comparison)} ${String(params.limit)}.`,
        ),
      ];
    case 'minLength':
      return [problem(field, '不得為空。', 'This must not be empty.')];
    default:
      return [problem(field, `內容不符（${keyword}）。`, `This value is not allowed (${keyword}).`)];
  }
}

/** What a field that must have a certain form looks like. */
const EXAMPLES: Readonly<Record<string, string>> = {
  gateway: 'TW/GOV/A01/gw1',
  origin: 'a01.gov.example/gw1',
  'registry.url': 'https://registry.example',
  'registry.bundleKey': '43 characters of base64url, from the registry',
  'registry.hubLogKey': 'hub.example/log+0123abcd+AUB3…, from the registry',
};

function exampleOf(field: string): string {
  return (
    EXAMPLES[field] ?? (field.endsWith('.baseUrl') ? 'http://127.0.0.1:9000/api' : 'TW/GOV/A01/register/residents')
  );
}

function namesIn(list: unknown): string[] {
  return Array.isArray(list) ? list.map(String) : [];
}

/** `/ports/consumer/host` → `ports.consumer.host`; service ids keep their slashes. */
function fieldOf(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce(join, '');
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
