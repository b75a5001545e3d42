/** A C2SP witness behind an HTTP door: `POST <prefix>/add-checkpoint` and `GET <prefix>/<sha256 of origin>/checkpoint`. */
import type { Disk, HttpHandler, HttpResponse, Logger } from '@minben/ports';
import { createVerifierKey, formatVerifierKey } from '../note/index.ts';
import { addCheckpoint, type WitnessMeans } from './add-checkpoint.ts';
import { openRecords } from './records.ts';

export interface WitnessOptions extends Omit<WitnessMeans, 'records'> {
  readonly disk: Disk;
  /** Holds one file for each origin. */
  readonly directory: string;
  readonly logger: Logger;
  /** What paths begin with, `/witness` for example; default nothing. */
  readonly prefix?: string;
}

export interface Witness {
  readonly handler: HttpHandler;
  /** vkey (type 0x04) under which its cosignatures verify. */
  readonly key: string;
}

export async function createWitness(options: WitnessOptions): Promise<Witness> {
  const prefix = options.prefix ?? '';
  const records = await openRecords(options.disk, options.directory);
  const means: WitnessMeans = { ...options, records };

  const handler: HttpHandler = async (request) => {
    if (request.path === `${prefix}/add-checkpoint`) {
      if (request.method !== 'POST') return text(405, 'method not allowed', [['allow', 'POST']]);
      const answer = await addCheckpoint(means, decode(request.body));
      if (answer.status !== 200) options.logger('warn', 'checkpoint-not-cosigned', { status: answer.status });
      if (answer.status === 200) return text(200, answer.lines);
      if (answer.status === 409)
        return { status: 409, headers: [['content-type', 'text/x.tlog.size']], body: Buffer.from(`${answer.size}\n`) };
      return text(answer.status, `${answer.reason}\n`);
    }
    const digest = monitoredDigest(request.path, prefix);
    if (digest === undefined) return text(404, 'not found\n');
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return text(405, 'method not allowed\n', [['allow', 'GET']]);
    const checkpoint = await records.byDigest(digest);
    return checkpoint === undefined
      ? text(404, 'no checkpoint of this origin\n')
      : text(200, checkpoint, [['cache-control', 'no-store']]);
  };
  return { handler, key: formatVerifierKey(createVerifierKey(options.name, 'witness', options.signer.publicKey)) };
}

/** Bytes that are not UTF-8 become a replacement character, which no valid submission contains. */
function decode(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8');
}

function text(status: number, body: string, headers: readonly (readonly [string, string])[] = []): HttpResponse {
  return { status, headers: [['content-type', 'text/plain; charset=utf-8'], ...headers], body: Buffer.from(body) };
}

function monitoredDigest(path: string, prefix: string): string | undefined {
  if (!path.startsWith(`${prefix}/`)) return undefined;
  return /^([0-9a-f]{64})\/checkpoint$/.exec(path.slice(prefix.length + 1))?.[1];
}
