/** The limits of one message (PROTOCOL 9, 19). */
import type { ArrivedMessage } from './inspection.ts';

export const MAXIMUM_BODY = 1_048_576;
export const MAXIMUM_HEADERS = 12_288;
export const MAXIMUM_DETAILS = 16_384;
const MAXIMUM_HEADER_COUNT = 100;

/** Whether body, headers or details are larger than a message may be. */
export function exceedsSizes({ body, headers, evidence }: ArrivedMessage): boolean {
  if (body.length > MAXIMUM_BODY || evidence.details.length > MAXIMUM_DETAILS || headers.length > MAXIMUM_HEADER_COUNT)
    return true;
  let length = 0;
  for (const [name, value] of headers) length += name.length + value.length + 4;
  return length > MAXIMUM_HEADERS;
}
