/** Types of mutate-source.mjs, which has to run before types are stripped. */
export interface Mutation {
  readonly id: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly report?: string;
}
export const ROOT: string;
export function mutateSource(mutation: Mutation, source: string): string;
export function mutateFile(mutation: Mutation): string;
