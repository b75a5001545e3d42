/**
 * What keeps the SQL portable to the engines that a nation may need (Citus, YugabyteDB, CockroachDB): the rules,
 * and where SQL is found in the sources.
 */

const extensions = ['pgcrypto', 'pg_trgm'];

const rules: readonly (readonly [rule: string, pattern: RegExp])[] = [
  ['no LISTEN or NOTIFY: read an outbox table instead', /(?:^|;)\s*(?:LISTEN|UNLISTEN|NOTIFY)\b|\bpg_notify\s*\(/i],
  ['no advisory locks: take a lease row FOR UPDATE SKIP LOCKED', /\bpg_(?:try_)?advisory_/i],
  ['no serial keys: UUIDs led by a person or agency key', /\b(?:small|big)?serial[248]?\b/i],
  [
    'no identity columns: UUIDs led by a person or agency key',
    /\bGENERATED\s+(?:ALWAYS|BY\s+DEFAULT)\s+AS\s+IDENTITY\b/i,
  ],
  ['no sequences', /\b(?:CREATE\s+(?:TEMP(?:ORARY)?\s+)?SEQUENCE|nextval|currval|setval|lastval)\b/i],
  ['ON CONFLICT names its target', /\bON\s+CONFLICT\s+DO\b/i],
  ['no exclusion constraints', /\bEXCLUDE\s+USING\b/i],
  ['no deferrable constraints', /\bDEFERRABLE\b/i],
  ['no table inheritance', /\bINHERITS\s*\(/i],
  ['no system columns', /\b(?:ctid|xmin|xmax|cmin|cmax|tableoid)\b/i],
  ['no table locks: lock rows', /\bLOCK\s+TABLE\b/i],
  ['no unlogged tables: what is acknowledged is durable', /\bUNLOGGED\b/i],
  ['no table spaces', /\bTABLESPACE\b/i],
  ['no COPY to or from a program', /\bCOPY\b[^;]*\bPROGRAM\b/i],
];

/** The rules that this SQL breaks. Comments and quoted values do not count. */
export function lintSql(sql: string): string[] {
  const bare = sql.replace(/--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'/g, ' ');
  const broken = rules.filter(([, pattern]) => pattern.test(bare)).map(([rule]) => rule);
  for (const [, name = ''] of bare.matchAll(/\bCREATE\s+EXTENSION\s+(?:IF\s+NOT\s+EXISTS\s+)?"?([\w-]+)/gi)) {
    if (!extensions.includes(name.toLowerCase())) broken.push(`no extension ${name}: only ${extensions.join(', ')}`);
  }
  return broken;
}

/** The SQL in TypeScript: templates tagged `sql`, and what is handed to a `.query(` call. */
export function extractSql(source: string): string[] {
  const tagged = source.matchAll(/\bsql(?:\.raw)?(?:<[^`]*?>)?(?:\(\s*)?`((?:[^`\\]|\\.)*)`/g);
  const queried = source.matchAll(
    /\.query(?:<[^(`]*?>)?\(\s*(?:`((?:[^`\\]|\\.)*)`|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g,
  );
  return [...tagged, ...queried].map(([, ...texts]) => texts.find((text) => text !== undefined) ?? '');
}
