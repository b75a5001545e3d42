/**
 * The port that anyone may ask: this log's checkpoint and tiles, this gateway as a witness of others, the heads it holds
 * of them (so that a log set back to a backup can be told, PROTOCOL 17), both heads of every conflict it saw (PROTOCOL 13).
 */
import { createHash } from 'node:crypto';
import { type PublicLog, serveTiles } from '@minben/evidence';
import type { HttpHandler, HttpResponse, Logger } from '@minben/ports';
import type { HeadKeeper } from '../core/heads.ts';

export const TLOG = '/tlog';
const HEADS = /^\/heads\/([0-9a-f]{64})\/checkpoint$/;

/** Where a witness takes heads and shows those it cosigned (C2SP tlog-witness). */
const WITNESS = /^\/tlog\/(add-checkpoint$|[0-9a-f]{64}\/checkpoint$)/;

export function createPublicPort(log: PublicLog, heads: HeadKeeper, witness: HttpHandler, logger: Logger): HttpHandler {
  const tiles = serveTiles(log, logger, TLOG);

  return (request) => {
    const { method, path } = request;
    if (WITNESS.test(path)) return witness(request);
    if (path.startsWith(`${TLOG}/`)) return tiles(request);
    if (method !== 'GET')
      return Promise.resolve(answer(405, 'text/plain; charset=utf-8', '此埠僅供讀取。 This port is for reading.\n'));
    if (path === '/conflicts')
      return Promise.resolve(answer(200, 'application/json', `${JSON.stringify(heads.conflicts(), null, 2)}\n`));
    const digest = HEADS.exec(path)?.[1];
    const held = digest === undefined ? undefined : findHeld(heads, digest);
    if (held !== undefined) return Promise.resolve(answer(200, 'text/plain; charset=utf-8', held));
    return Promise.resolve(
      answer(
        404,
        'text/plain; charset=utf-8',
        '沒有這項公開資料；可讀 /tlog/checkpoint 與 /conflicts。 Not found: read /tlog/checkpoint or /conflicts.\n',
      ),
    );
  };
}

/** Newest checkpoint held of the log whose origin has this SHA-256. */
function findHeld(heads: HeadKeeper, digest: string): string | undefined {
  const origin = heads.origins().find((candidate) => createHash('sha256').update(candidate).digest('hex') === digest);
  return origin === undefined ? undefined : heads.newest(origin)?.checkpoint;
}

function answer(status: number, type: string, text: string): HttpResponse {
  return { status, headers: [['content-type', type]], body: Buffer.from(text) };
}
