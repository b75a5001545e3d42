/**
 * Releases of a JSON document only the fields that agreement and grant allow (PROTOCOL 5, 19). The document is checked
 * by JSON.parse and then cut from its own text: released values keep their exact spelling, so numbers of any size
 * and precision arrive as the register wrote them, and no object is built whose prototype a member name could reach.
 * What is not named is not released; what cannot be filtered is refused.
 */
import { isUtf8 } from 'node:buffer';
import { fail, type Result, succeed } from '@minben/kernel';
import type { HttpResponse } from '@minben/ports';
import { type FieldList, type FieldNode, growFieldTree, intersectFields } from './field-paths.ts';
import { endOfString, endOfValue, skipSpace } from './json-text.ts';

export type FilterFailure = 'register-answer-not-json' | 'register-answer-encoded' | 'field-filter-failed';

export interface FilteredDocument {
  readonly body: Uint8Array;
  /** Field paths that stand in the released document, sorted; empty when the document had none of them. */
  readonly released: FieldList;
}

export interface FieldFilter {
  /** What agreement and grant both allow. */
  readonly fields: FieldList;
  /** Filters the body of a register's answer; the whole document passes unread, whatever its type. */
  apply(answer: Pick<HttpResponse, 'headers' | 'body'>): Result<FilteredDocument, FilterFailure>;
  /** Filters the text of a JSON document. */
  filterText(
    text: string,
  ): Result<{ text: string; released: FieldList }, 'register-answer-not-json' | 'field-filter-failed'>;
}

/** Compiles the filter of one agreement (and grant, for consent-based calls); do it once, not per call. */
export function compileFieldFilter(agreed: FieldList, granted: FieldList = 'whole-document'): FieldFilter {
  const fields = intersectFields(agreed, granted);
  if (fields === 'whole-document') {
    return {
      fields,
      apply: ({ body }) => succeed({ body, released: fields }),
      filterText: (text) => succeed({ text, released: fields }),
    };
  }
  const root = growFieldTree(fields);
  const filterText = (text: string) => cutDocument(root, fields, text);
  return { fields, filterText, apply: (answer) => applyToAnswer(answer, filterText) };
}

function applyToAnswer(
  { headers, body }: Pick<HttpResponse, 'headers' | 'body'>,
  filterText: FieldFilter['filterText'],
): Result<FilteredDocument, FilterFailure> {
  if (body.length === 0) return succeed({ body, released: [] });
  let json = false;
  for (const [name, value] of headers) {
    if (name === 'content-encoding' && value.trim().toLowerCase() !== 'identity')
      return fail('register-answer-encoded');
    if (name === 'content-type') json = isJsonMediaType(value);
  }
  if (!json || !isUtf8(body)) return fail('register-answer-not-json');
  const filtered = filterText(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  if (!filtered.ok) return filtered;
  return succeed({ body: Buffer.from(filtered.value.text, 'utf8'), released: filtered.value.released });
}

/** `application/json` or a `+json` type (RFC 6839), in UTF-8 (RFC 8259 §8.1). */
export function isJsonMediaType(value: string): boolean {
  const [type = '', ...parameters] = value
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice(8)
    .replaceAll('"', '');
  return (
    /^(?:application\/json|[a-z]+\/[a-z0-9!#$&^_.-]+\+json)$/.test(type) &&
    (charset === undefined || charset === 'utf-8')
  );
}

function cutDocument(
  root: FieldNode,
  fields: readonly string[],
  text: string,
): Result<{ text: string; released: readonly string[] }, 'register-answer-not-json' | 'field-filter-failed'> {
  try {
    JSON.parse(text);
  } catch {
    return fail('register-answer-not-json');
  }
  const start = skipSpace(text, 0);
  if (text[start] !== '{' && text[start] !== '[') return fail('field-filter-failed');
  const released = new Set<string>();
  const cut = cutValue(root, text, start, released);
  if (cut === AMBIGUOUS) return fail('field-filter-failed');
  const empty = text[start] === '{' ? '{}' : '[]';
  return succeed({ text: cut ?? empty, released: fields.filter((field) => released.has(field)) });
}

/** A released member that stands twice in one object: readers disagree on which one counts. */
const AMBIGUOUS = Symbol('ambiguous');

/** The released text of the value at `at`; undefined when nothing below it is released. `text` is valid JSON. */
function cutValue(
  node: FieldNode,
  text: string,
  at: number,
  released: Set<string>,
): string | undefined | typeof AMBIGUOUS {
  if (node.all !== undefined) {
    released.add(node.all);
    return text.slice(at, endOfValue(text, at));
  }
  if (text[at] === '{') return node.members === undefined ? undefined : cutObject(node.members, text, at, released);
  if (text[at] === '[') return node.elements === undefined ? undefined : cutArray(node.elements, text, at, released);
  return undefined;
}

function cutObject(
  members: Map<string, FieldNode>,
  text: string,
  open: number,
  released: Set<string>,
): string | undefined | typeof AMBIGUOUS {
  let kept = '';
  const seen = new Set<string>();
  let at = skipSpace(text, open + 1);
  while (text[at] === '"') {
    const nameEnd = endOfString(text, at);
    const name = readName(text, at, nameEnd);
    const value = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const node = members.get(name);
    if (node !== undefined) {
      if (seen.has(name)) return AMBIGUOUS;
      seen.add(name);
      const cut = cutValue(node, text, value, released);
      if (cut === AMBIGUOUS) return cut;
      if (cut !== undefined) kept += `${kept === '' ? '' : ','}${JSON.stringify(name)}:${cut}`;
    }
    at = skipSpace(text, endOfValue(text, value));
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return kept === '' ? undefined : `{${kept}}`;
}

/** Objects and arrays keep their place even when nothing in them is released; other elements are left out. */
function cutArray(node: FieldNode, text: string, open: number, released: Set<string>): string | typeof AMBIGUOUS {
  const kept: string[] = [];
  let at = skipSpace(text, open + 1);
  while (text[at] !== ']') {
    const cut = cutValue(node, text, at, released);
    if (cut === AMBIGUOUS) return cut;
    if (cut !== undefined) kept.push(cut);
    else if (text[at] === '{') kept.push('{}');
    else if (text[at] === '[') kept.push('[]');
    at = skipSpace(text, endOfValue(text, at));
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return `[${kept.join(',')}]`;
}

function readName(text: string, start: number, end: number): string {
  const inner = text.slice(start + 1, end - 1);
  return inner.includes('\\') ? (JSON.parse(text.slice(start, end)) as string) : inner;
}
