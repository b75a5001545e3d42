/**
 * Field paths as agreements and grants write them: `name`, `address.county`, `vehicles[].plate`, `[].name` for a
 * document that is an array. A path releases all that stands below it. What two lists have in common is what both
 * release, so a grant can only narrow an agreement (PROTOCOL 15, promise 2).
 */

export type FieldList = 'whole-document' | readonly string[];

/** Below this node everything is released (`all`), or only the named members or only the array's elements. */
export interface FieldNode {
  /** The field path of a node that releases all below it. */
  all?: string;
  members?: FieldMember[];
  elements?: FieldNode;
}

export interface FieldMember {
  readonly name: string;
  /** The name as it stands in a document, with its colon. */
  readonly label: string;
  readonly node: FieldNode;
}

/** Whether a text is a field path that can be compiled: names of letters, digits, `_`, `-` or CJK, joined by `.` and `[]`. */
export function isFieldPath(path: string): boolean {
  return /^(?:\[\]|[\p{L}\p{N}_$@:-]+)(?:\[\]|\.[\p{L}\p{N}_$@:-]+)*$/u.test(path);
}

/** The paths released by both lists, sorted; `whole-document` where both grant it. */
export function intersectFields(agreed: FieldList, granted: FieldList): FieldList {
  if (agreed === 'whole-document') return granted === 'whole-document' ? granted : tidy(granted);
  if (granted === 'whole-document') return tidy(agreed);
  const common = [
    ...agreed.filter((path) => granted.some((wider) => covers(wider, path))),
    ...granted.filter((path) => agreed.some((wider) => covers(wider, path))),
  ];
  return tidy(common);
}

/** The tree of a list of paths. Throws TypeError on a text that is not a field path: bundles are checked before. */
export function growFieldTree(paths: readonly string[]): FieldNode {
  const root: FieldNode = {};
  for (const path of tidy(paths)) {
    if (!isFieldPath(path)) throw new TypeError(`not a field path: ${path}`);
    let node = root;
    for (const step of stepsOf(path)) node = step === '[]' ? elementsOf(node) : memberOf(node, step);
    node.all = path;
  }
  return root;
}

function elementsOf(node: FieldNode): FieldNode {
  node.elements ??= {};
  return node.elements;
}

function memberOf(node: FieldNode, name: string): FieldNode {
  node.members ??= [];
  let member = node.members.find((known) => known.name === name);
  if (member === undefined) {
    member = { name, label: `${JSON.stringify(name)}:`, node: {} };
    node.members.push(member);
  }
  return member.node;
}

/** `vehicles[].plate` → `vehicles`, `[]`, `plate`. */
function stepsOf(path: string): string[] {
  return path.match(/\[\]|[^.[\]]+/g) ?? [];
}

/** Sorted, without doubles and without paths that a shorter one covers. */
function tidy(paths: readonly string[]): string[] {
  const plain = [...new Set(paths)].sort();
  return plain.filter((path) => !plain.some((wider) => wider !== path && covers(wider, path)));
}

/** Whether releasing `wider` releases `path` as well. */
function covers(wider: string, path: string): boolean {
  if (!path.startsWith(wider)) return false;
  return path.length === wider.length || path[wider.length] === '.' || path[wider.length] === '[';
}
