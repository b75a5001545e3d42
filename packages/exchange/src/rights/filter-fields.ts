/**
 * Releases of a JSON document only the fields that agreement and grant allow (PROTOCOL 5, 19). The document is checked
 * by JSON.parse and then cut from its own text: released values keep their exact spelling, so numbers of any size
 * and precision arrive as the register wrote them, and no object is built whose prototype a member name could reach.
 * What is not named is not released; what cannot be filtered is refused.
 */
import { isUtf8 } from 'node:buffer';
import { fail, type Result, succeed } from '@minben/kernel';
import type { HttpResponse } from '@minben/ports';
import { type FieldList, type FieldMember, type FieldNode, growFieldTree, intersectFields } from './field-paths.ts';
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
  const cut = cutValue(root, text, start, text.length, released);
  if (cut === AMBIGUOUS) return fail('field-filter-failed');
  const empty = text[start] === '{' ? '{}' : '[]';
  return succeed({ text: cut ?? empty, released: fields.filter((field) => released.has(field)) });
}

/** A released member that stands twice in one object: readers disagree on which one counts. */
const AMBIGUOUS = Symbol('ambiguous');
type Cut = string | undefined | typeof AMBIGUOUS;

const OBJECT = 0x7b;
const ARRAY = 0x5b;
const QUOTE = 0x22;
const COMMA = 0x2c;
const ARRAY_END = 0x5d;

/** The released text of the value at `at`; undefined when nothing below it is released. `text` is valid JSON. */
function cutValue(node: FieldNode, text: string, at: number, end: number, released: Set<string>): Cut {
  if (node.all !== undefined) {
    released.add(node.all);
    return text.slice(at, end);
  }
  const code = text.charCodeAt(at);
  if (code === OBJECT) return node.members === undefined ? undefined : cutObject(node.members, text, at, released);
  if (code === ARRAY) return node.elements === undefined ? undefined : cutArray(node.elements, text, at, released);
  return undefined;
}

function cutObject(members: readonly FieldMember[], text: string, open: number, released: Set<string>): Cut {
  let kept = '';
  let seen: FieldMember[] | undefined;
  let at = skipSpace(text, open + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const nameEnd = endOfString(text, at);
    const value = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const end = endOfValue(text, value);
    const member = findMember(members, text, at, nameEnd);
    if (member !== undefined) {
      if (seen?.includes(member)) return AMBIGUOUS;
      seen ??= [];
      seen.push(member);
      const cut = cutValue(member.node, text, value, end, released);
      if (cut === AMBIGUOUS) return cut;
      if (cut !== undefined) kept += (kept === '' ? member.label : `,${member.label}`) + cut;
    }
    at = skipSpace(text, end);
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1);
  }
  return kept === '' ? undefined : `{${kept}}`;
}

/** The member that the name between `start` and `end` (its quotes included) speaks of. */
function findMember(
  members: readonly FieldMember[],
  text: string,
  start: number,
  end: number,
): FieldMember | undefined {
  const length = end - start - 2;
  for (const member of members) {
    if (member.name.length === length && text.startsWith(member.name, start + 1)) return member;
  }
  const spelling = text.slice(start, end);
  if (!spelling.includes('\\')) return undefined;
  const name = JSON.parse(spelling) as string;
  return members.find((member) => member.name === name);
}

/** Objects and arrays keep their place even when nothing in them is released; other elements are left out. */
function cutArray(node: FieldNode, text: string, open: number, released: Set<string>): Cut {
  let kept = '';
  let at = skipSpace(text, open + 1);
  while (text.charCodeAt(at) !== ARRAY_END) {
    const end = endOfValue(text, at);
    let cut = cutValue(node, text, at, end, released);
    if (cut === AMBIGUOUS) return cut;
    const code = text.charCodeAt(at);
    if (cut === undefined && code === OBJECT) cut = '{}';
    else if (cut === undefined && code === ARRAY) cut = '[]';
    if (cut !== undefined) kept += kept === '' ? cut : `,${cut}`;
    at = skipSpace(text, end);
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1);
  }
  return `[${kept}]`;
}
