/**
 * Joins an option of the given names with the argument after it: `--bundle-key -x` becomes `--bundle-key=-x`. One key in
 * sixty-four begins with `-` in base64url, and `parseArgs` would take it for an option.
 */
export function joinValues(args: readonly string[], names: readonly string[]): string[] {
  const joined: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] as string;
    const value = args[at + 1];
    if (word.startsWith('--') && names.includes(word.slice(2)) && value !== undefined && !isOption(value, names)) {
      joined.push(`${word}=${value}`);
      at += 1;
    } else joined.push(word);
  }
  return joined;
}

function isOption(word: string, names: readonly string[]): boolean {
  return word.startsWith('--') && names.includes(word.slice(2).split('=', 1)[0] ?? '');
}
