/** Strict base64 (RFC 4648 §4): one spelling for each byte sequence, undefined for everything else. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
