/**
 * The public, read-only face of a log (C2SP tlog-tiles): checkpoint, tiles and entry bundles of the
 * published tree. Every tile that leaves was verified up to the signed root first; a damaged one is not served.
 */
import type { HttpHandler, HttpResponse, Logger } from '@minben/ports';
import type { PublicLog } from './contract.ts';
import { DamagedTile, parseTilePath } from './merkle/index.ts';

const IMMUTABLE = ['cache-control', 'public, max-age=31536000, immutable'] as const;
/** The checkpoint follows the log once a second. */
const BRIEF = ['cache-control', 'public, max-age=1'] as const;

/** Serves `<prefix>/checkpoint` and `<prefix>/tile/…`; anything else under the prefix is not found. */
export function serveTiles(log: PublicLog, logger: Logger, prefix = ''): HttpHandler {
  return async ({ method, path }) => {
    if (!path.startsWith(`${prefix}/`)) return text(404, 'not found\n');
    if (method !== 'GET' && method !== 'HEAD') return text(405, 'method not allowed\n', [['allow', 'GET, HEAD']]);
    const name = path.slice(prefix.length + 1);
    if (name === 'checkpoint') {
      const published = log.publishedHead;
      return published === undefined
        ? text(404, 'nothing is published yet\n')
        : text(200, published.checkpoint, [BRIEF]);
    }
    const place = parseTilePath(name);
    if (place === undefined) return text(404, 'not found\n');
    try {
      const tile = await log.readTile(place.level, place.number, place.width);
      if (tile === undefined) return text(404, 'not in the published tree\n');
      return { status: 200, headers: [['content-type', 'application/octet-stream'], IMMUTABLE], body: tile };
    } catch (error) {
      if (!(error instanceof DamagedTile)) throw error;
      logger('error', 'tile-damaged', { level: error.level, number: error.number });
      return text(503, 'this tile is damaged; ask another copy of the log\n', [['cache-control', 'no-store']]);
    }
  };
}

function text(status: number, body: string, headers: readonly (readonly [string, string])[] = []): HttpResponse {
  return { status, headers: [['content-type', 'text/plain; charset=utf-8'], ...headers], body: Buffer.from(body) };
}
