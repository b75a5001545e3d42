/**
 * A scanner that is good enough for house rules on formatted code: it finds imports and calls without a parser.
 * Where it errs it reports too much, never silently too little of what stands at the head of a file.
 */

export interface Import {
  readonly specifier: string;
  /** `import type` leaves nothing behind at run time. */
  readonly typeOnly: boolean;
}

const statement = /^(?:import|export)\s+(type\s)?[^;'"`]*?\bfrom\s+['"]([^'"]+)['"]/gm;
const sideEffect = /^import\s+['"]([^'"]+)['"]/gm;
const dynamic = /\bimport\(\s*(?:['"]([^'"]+)['"]|[^'"\s])/g;

/** Every module that `text` names; a dynamic import of something computed shows as the specifier `(computed)`. */
export function scanImports(text: string): Import[] {
  const code = blankComments(text);
  const found: Import[] = [];
  for (const [, type, specifier] of code.matchAll(statement)) {
    found.push({ specifier: specifier as string, typeOnly: type !== undefined });
  }
  for (const [, specifier] of code.matchAll(sideEffect)) {
    found.push({ specifier: specifier as string, typeOnly: false });
  }
  for (const [, specifier] of code.matchAll(dynamic)) {
    found.push({ specifier: specifier ?? '(computed)', typeOnly: false });
  }
  return found;
}

/** The code with comments and the contents of quoted strings blanked; templates are kept, since they hold code. */
export function blankCommentsAndStrings(text: string): string {
  return text.replace(commentOrString, (match) => (match.startsWith('`') ? match : blank(match)));
}

function blankComments(text: string): string {
  return text.replace(commentOrString, (match) => (match.startsWith('/') ? blank(match) : match));
}

const commentOrString = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}
