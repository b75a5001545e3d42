/** What a JSON Schema check found, as sentences for the person who edits the file. */
import type { Bilingual } from '@minben/kernel';
import type { TSchema } from 'typebox';
import Compile from 'typebox/compile';

/** One thing to correct in one file. `field` is a path such as `gateways[0]`; empty for the file as a whole. */
export interface SourceProblem {
  readonly file: string;
  readonly field: string;
  readonly text: Bilingual;
}

/** A checker of one schema: all problems of a value at once, none when it fits. */
export function createSchemaCheck(schema: TSchema): (file: string, value: unknown) => SourceProblem[] {
  const check = Compile(schema);
  return (file, value) => {
    if (check.Check(value)) return [];
    const found = check.Errors(value).flatMap((error) => explain(file, error as SchemaError));
    const distinct = new Map(found.map((problem) => [`${problem.field}\n${problem.text.en}`, problem]));
    return [...distinct.values()];
  };
}

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
}

function explain(file: string, error: SchemaError): SourceProblem[] {
  const at = fieldOf(error.instancePath);
  const names = (list: unknown): string[] => (Array.isArray(list) ? list.map(String) : []);
  const problem = (field: string, zh: string, en: string): SourceProblem => ({
    file,
    field,
    text: { 'zh-TW': zh, en },
  });
  switch (error.keyword) {
    case 'boolean':
      // Repeats what `additionalProperties` says of the same member.
      return [];
    case 'additionalProperties':
      return names(error.params.additionalProperties).map((name) =>
        problem(join(at, name), '不認得這個欄位。', 'This field is not known.'),
      );
    case 'required':
      return names(error.params.requiredProperties).map((name) =>
        problem(join(at, name), '缺少這個欄位。', 'This field is missing.'),
      );
    case 'type':
      return [
        problem(at, `型別應為 ${String(error.params.type)}。`, `This must be of type ${String(error.params.type)}.`),
      ];
    case 'pattern':
      return [
        problem(at, `格式應符合 ${String(error.params.pattern)}。`, `This must match ${String(error.params.pattern)}.`),
      ];
    case 'minimum':
    case 'maximum':
      return [
        problem(
          at,
          `數值須 ${String(error.params.comparison)} ${String(error.params.limit)}。`,
          `This must be ${String(error.params.comparison)} ${String(error.params.limit)}.`,
        ),
      ];
    case 'minItems':
    case 'minLength':
      return [problem(at, '不得為空。', 'This must not be empty.')];
    default:
      return [problem(at, `內容不符（${error.keyword}）。`, `This value is not allowed (${error.keyword}).`)];
  }
}

/** `/endpoints/0/path` → `endpoints[0].path` */
function fieldOf(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : join(path, part)), '');
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
