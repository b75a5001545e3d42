/** Finds where values end in a text that JSON.parse has already accepted; so nothing is checked a second time here. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Position of the first character at or after `at` that is not JSON white space. */
export function skipSpace(text: string, at: number): number {
  let code = text.charCodeAt(at);
  while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) {
    at += 1;
    code = text.charCodeAt(at);
  }
  return at;
}

/** Position after the closing quote of the string that opens at `at`. */
export function endOfString(text: string, at: number): number {
  for (let here = at + 1; here < text.length; here += 1) {
    const code = text.charCodeAt(here);
    if (code === QUOTE) return here + 1;
    if (code === BACKSLASH) here += 1;
  }
  throw new RangeError('the text is not JSON');
}

/** Position after the value that begins at `at`. Does not recurse, so depth costs nothing. */
export function endOfValue(text: string, at: number): number {
  let depth = 0;
  for (let here = at; here < text.length; ) {
    const code = text.charCodeAt(here);
    if (code === QUOTE) {
      here = endOfString(text, here);
      if (depth === 0) return here;
      continue;
    }
    if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) {
      if (depth === 0) return here;
      depth -= 1;
      if (depth === 0) return here + 1;
    } else if (depth === 0 && (code === 0x2c || code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09))
      return here;
    here += 1;
  }
  return text.length;
}
