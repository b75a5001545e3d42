/**
 * One structured line. `event` is a fixed word in kebab-case; fields are counts, ids of things and names of rules.
 * Never a person's number or name, a body, a header value, a key or a token.
 */
export type Logger = (
  level: 'info' | 'warn' | 'error',
  event: string,
  fields?: Readonly<Record<string, string | number | boolean>>,
) => void;
