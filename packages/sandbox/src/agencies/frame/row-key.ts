import { createHash } from 'node:crypto';

/**
 * A row's UUID (version 8: made from a digest) from agency, table and position in the population. Two agencies give the same
 * person different keys: nothing joins their tables but the person's number.
 */
export function makeRowKey(agency: string, table: string, position: number | string): string {
  const bytes = createHash('sha256').update(`${agency}/${table}/${position}`).digest().subarray(0, 16);
  bytes[6] = 0x80 | ((bytes[6] as number) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] as number) & 0x3f);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Slices for multi-row inserts, well below the protocol's 65,535 parameters. */
export function slice<T>(rows: readonly T[], size = 500): T[][] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, at) => rows.slice(at * size, (at + 1) * size));
}
