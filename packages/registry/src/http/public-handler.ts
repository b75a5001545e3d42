/**
 * The registry's public, read-only port: the trust bundle with long poll, and the hub log's tiles.
 *   GET /bundle?after=<version>&wait=<seconds>   the next bundle for a holder of `after`; 204 when there is none
 *   GET /bundle/<version>                        one version
 *   GET /tlog/checkpoint, /tlog/tile/…           C2SP tlog-tiles
 *   GET /healthz
 */
import { type PublicLog, serveTiles } from '@minben/evidence';
import type { Clock, HttpHandler, HttpResponse, Logger } from '@minben/ports';
import type { BundleStore, StoredBundle } from '../bundle/bundle-store.ts';
import { createWaitingRoom } from '../waiting-room.ts';
import { answerText, route, splitPath } from './answers.ts';
import { refuse } from './problems.ts';

export const LONGEST_WAIT_SECONDS = 60;

export interface BundleBoard {
  readonly store: BundleStore;
  /** Answers those who wait; call it after each publication, and at shutdown. */
  announce(): void;
  /** Resolves at the next announcement, after `milliseconds`, or when the caller has gone. */
  change(milliseconds: number, signal: AbortSignal | undefined): Promise<void>;
}

export function createBundleBoard(store: BundleStore, clock: Clock): BundleBoard {
  return {
    store,
    ...createWaitingRoom(clock),
  };
}

export function createPublicHandler(means: { board: BundleBoard; hubLog: PublicLog; log: Logger }): HttpHandler {
  const { board } = means;
  const tiles = serveTiles(means.hubLog, means.log, '/tlog');
  return route({
    'GET /healthz': () => answerText(200, 'ok\n'),
    'GET /bundle': async (request) => {
      const { query } = splitPath(request);
      const after = readCount(query.get('after'), Number.MAX_SAFE_INTEGER);
      const wait = readCount(query.get('wait'), LONGEST_WAIT_SECONDS);
      if (after === undefined || wait === undefined) return refuse(request, 'body-malformed');
      let next = await board.store.nextFor(after);
      if (!next && wait > 0) {
        await board.change(wait * 1000, request.signal);
        next = await board.store.nextFor(after);
      }
      return next
        ? answerBundle(next, 'no-cache')
        : { status: 204, headers: [['cache-control', 'no-cache']], body: Buffer.alloc(0) };
    },
    'GET /bundle/': async (request, rest) => {
      const version = /^[1-9]\d{0,8}$/.test(rest) ? Number(rest) : undefined;
      const stored = version === undefined ? undefined : await board.store.read(version);
      // A version never changes.
      return stored ? answerBundle(stored, 'public, max-age=31536000, immutable') : refuse(request, 'not-found');
    },
    'GET /tlog/': (request) => tiles(request),
  });
}

function answerBundle(stored: StoredBundle, caching: string): HttpResponse {
  return {
    status: 200,
    headers: [
      ['content-type', 'application/json'],
      ['cache-control', caching],
    ],
    body: Buffer.from(stored.text),
  };
}

/** A count in decimal up to `most`; 0 when absent, undefined when malformed. */
function readCount(text: string | null, most: number): number | undefined {
  if (text === null) return 0;
  return /^(0|[1-9]\d{0,15})$/.test(text) ? Math.min(Number(text), most) : undefined;
}
