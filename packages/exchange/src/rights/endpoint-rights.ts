/**
 * Which methods and paths an agreement opens. Globs are X-Road's: `*` matches within one segment, `**` matches
 * anything, `\*` is a star. They are compared with the path as it stands, which was found normal before (PROTOCOL 6), so
 * no encoding or dot segment can widen them. Matching walks all states of the glob at once: linear in the path
 * for a given glob, whatever either of them holds.
 */

export interface Endpoint {
  /** An HTTP method in upper case, or `*` for any. */
  readonly method: string;
  /** Glob over the path below the service, beginning with `/`; the empty path matches `` and `**`. */
  readonly path: string;
}

export interface EndpointRights {
  /** Whether the method may be called on this path (normal, without query). */
  allows(method: string, path: string): boolean;
}

const ANY_WITHIN_SEGMENT = -1;
const ANYTHING = -2;
const SLASH = 0x2f;

/** Compiles the endpoints of one agreement or service; do it once, not per call. */
export function compileEndpoints(endpoints: readonly Endpoint[]): EndpointRights {
  const compiled = endpoints.map(({ method, path }) => ({ method, matches: compileGlob(path) }));
  return {
    allows: (method, path) =>
      compiled.some((endpoint) => (endpoint.method === '*' || endpoint.method === method) && endpoint.matches(path)),
  };
}

/** Compiles one glob into a predicate over paths. */
export function compileGlob(glob: string): (path: string) => boolean {
  const tokens = tokenise(glob);
  if (tokens.every((token) => token >= 0)) {
    const literal = String.fromCharCode(...tokens);
    return (path) => path === literal;
  }
  return (path) => walk(tokens, path);
}

function tokenise(glob: string): number[] {
  const tokens: number[] = [];
  for (let at = 0; at < glob.length; at += 1) {
    if (glob.startsWith('\\*', at)) {
      tokens.push(0x2a);
      at += 1;
    } else if (glob[at] !== '*') {
      tokens.push(glob.charCodeAt(at));
    } else {
      let stars = 1;
      while (glob[at + stars] === '*') stars += 1;
      tokens.push(stars === 1 ? ANY_WITHIN_SEGMENT : ANYTHING);
      at += stars - 1;
    }
  }
  return tokens;
}

/** Simulates the glob as an automaton; `reached[k]` says that the first k tokens have matched what was read. */
function walk(tokens: readonly number[], path: string): boolean {
  let reached = new Uint8Array(tokens.length + 1);
  let next = new Uint8Array(tokens.length + 1);
  reached[0] = 1;
  skipEmptyWildcards(tokens, reached);
  for (let at = 0; at < path.length; at += 1) {
    const code = path.charCodeAt(at);
    let alive = 0;
    for (let state = 0; state < tokens.length; state += 1) {
      if (reached[state] === 0) continue;
      const token = tokens[state] as number;
      if (token === ANYTHING || (token === ANY_WITHIN_SEGMENT && code !== SLASH)) next[state] = alive = 1;
      else if (token === code) next[state + 1] = alive = 1;
    }
    if (alive === 0) return false;
    skipEmptyWildcards(tokens, next);
    [reached, next] = [next, reached];
    next.fill(0);
  }
  return reached[tokens.length] === 1;
}

function skipEmptyWildcards(tokens: readonly number[], reached: Uint8Array): void {
  for (let state = 0; state < tokens.length; state += 1) {
    if (reached[state] === 1 && (tokens[state] as number) < 0) reached[state + 1] = 1;
  }
}
