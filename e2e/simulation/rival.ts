/**
 * A member that cheats: it stands in the bundle, holds good keys, keeps a log of its own, and breaks one rule at a time.
 * Its log is a list in memory and its proofs are made by definition, so that it can sign whatever it likes.
 */
import { commit, formatCheckpoint, formatCheckpointText } from '@minben/evidence';
import {
  digestHeaders,
  encodeFrame,
  FRAMED_PROTOCOL,
  FrameReader,
  type ResponseFrame,
  writeRequestDetails,
} from '@minben/exchange';
import { makeUuid } from '@minben/kernel';
import type { HttpHandler, Stream, TlsIdentity } from '@minben/ports';
import type { Prng } from '@minben/ports/simulated';
import {
  CITY,
  EPOCH,
  HOUSEHOLD,
  logKeyOf,
  MUTUAL_PORT,
  type Nation,
  originOf,
  PUBLIC_PORT,
  RIVAL,
  RIVAL_CLIENT,
  SERVICE,
  signerOf,
} from './nation.ts';
import { leafHash, pathOf, rootOf } from './small-tree.ts';

/** Further than any clock jumps in a run: a receiver whose own clock is wrong by as much could not tell. */
const FAR_SECONDS = 5 * 3_600;

export const MISCHIEFS = ['honest', 'stale', 'ahead', 'replay', 'same-id', 'wrong-peer', 'fork'] as const;
export type Mischief = (typeof MISCHIEFS)[number];

/** What the rival did and heard. */
export interface RivalRecord {
  /** Message ids that no gateway may ever carry out. */
  readonly forbidden: Map<string, Mischief>;
  /** Requests on either side of a fork that the household gateway took up, by true time. */
  readonly onFork: { readonly side: 'first' | 'second'; readonly at: number }[];
}

interface Sent {
  readonly entry: Buffer;
  readonly bytes: Buffer;
}

export function runRival(nation: Nation, prng: Prng, plan: readonly Mischief[], lastsMs: number): RivalRecord {
  const { world } = nation;
  const { network, clock } = world.machine(RIVAL.machine).ports;
  const record: RivalRecord = { forbidden: new Map(), onFork: [] };
  const origin = originOf(RIVAL.machine);
  let entries: Buffer[] = [];
  let stream: Stream | undefined;
  let exchange = 0;
  let hasForked = false;

  const head = (): string => {
    const root = rootOf(entries.map(leafHash));
    const text = formatCheckpointText(origin, entries.length, root);
    const signature = signerOf(origin).sign(Buffer.from(text)) as Uint8Array;
    return formatCheckpoint(origin, entries.length, root, logKeyOf(origin).keyId, signature);
  };

  const connect = async (): Promise<Stream> => {
    if (stream !== undefined) return stream;
    const opened = await network.connect({
      host: HOUSEHOLD.machine,
      port: MUTUAL_PORT,
      tls: nation.identities.get(RIVAL.machine) as TlsIdentity,
      expectedFingerprints: nation.bundle.gateways.find(({ id }) => id === HOUSEHOLD.gateway)?.certificates ?? [],
      protocol: FRAMED_PROTOCOL,
      timeoutMs: 2_000,
    });
    stream = opened;
    opened.onClose(() => {
      stream = undefined;
    });
    const reader = new FrameReader();
    opened.onData((chunk) =>
      reader.push(chunk, (frame) => {
        if (frame.type === 'response') hear(frame);
      }),
    );
    opened.write(encodeFrame({ type: 'known', size: 0 }));
    return opened;
  };

  const sides = new Map<number, 'first' | 'second'>();
  const hear = ({ exchange: answered, evidence }: ResponseFrame): void => {
    const side = sides.get(answered);
    if (side !== undefined && evidence.kind === 'response') record.onFork.push({ side, at: world.now });
  };

  const write = async (frame: Buffer): Promise<void> => {
    const open = await connect();
    open.write(encodeFrame({ type: 'head', checkpoint: head(), from: 0, path: [] }));
    open.write(frame);
  };

  const make = (
    id: string,
    method: 'GET' | 'POST',
    changes: { iat?: number; exp?: number; asCity?: boolean } = {},
  ): Sent => {
    const now = Math.floor(clock.now() / 1000);
    const nothing = Buffer.alloc(0);
    const details = Buffer.from(
      writeRequestDetails({
        v: 1,
        id,
        from:
          changes.asCity === true
            ? { client: RIVAL_CLIENT, gateway: CITY.gateway, member: CITY.member }
            : { client: RIVAL_CLIENT, gateway: RIVAL.gateway, member: RIVAL.member },
        to: { gateway: HOUSEHOLD.gateway, member: HOUSEHOLD.member },
        origin,
        service: SERVICE,
        serviceVersion: '1',
        method,
        path: '/rival',
        headers: digestHeaders([]),
        body: { length: 0, sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' },
        agreement: 'statute-3',
        purpose: 'address-check',
        bundle: 1,
        iat: changes.iat ?? now,
        exp: changes.exp ?? now + 5,
      }),
    );
    const salt = prng.bytes(32);
    const entry = Buffer.from(commit('request', salt, details));
    entries.push(entry);
    exchange += 1;
    const leaves = entries.map(leafHash);
    const evidence = {
      kind: 'request',
      salt,
      details,
      index: entries.length - 1,
      size: entries.length,
      path: pathOf(entries.length - 1, leaves),
    };
    return { entry, bytes: encodeFrame({ type: 'request', exchange, evidence, headers: [], body: nothing }) };
  };

  const newId = (): string => makeUuid(EPOCH + Math.floor(world.now), prng.bytes(10));
  const wait = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => void clock.after(milliseconds, resolve));

  const commitMischief = async (mischief: Mischief): Promise<void> => {
    const id = newId();
    const now = Math.floor(clock.now() / 1000);
    world.note(`rival ${mischief} ${id.slice(-6)}`);
    switch (mischief) {
      case 'honest':
        return write(make(id, 'GET').bytes);
      case 'stale':
        record.forbidden.set(id, mischief);
        return write(make(id, 'POST', { iat: now - FAR_SECONDS, exp: now + FAR_SECONDS }).bytes);
      case 'ahead':
        record.forbidden.set(id, mischief);
        return write(make(id, 'GET', { iat: now + FAR_SECONDS, exp: now + 2 * FAR_SECONDS }).bytes);
      case 'wrong-peer':
        record.forbidden.set(id, mischief);
        return write(make(id, 'POST', { asCity: true }).bytes);
      case 'replay': {
        const { bytes } = make(id, prng.pick(['GET', 'POST']));
        await write(bytes);
        await wait(prng.between(1, 1_500));
        return write(bytes);
      }
      case 'same-id':
        await write(make(id, 'POST').bytes);
        await wait(prng.between(1, 1_500));
        return write(make(id, 'POST').bytes);
      case 'fork':
        return fork();
    }
  };

  /** Two histories from one log: the head before the fork was believed, the one after it is no extension of it. */
  const fork = async (): Promise<void> => {
    const start = entries.length;
    const first = make(newId(), 'GET');
    sides.set(exchange, 'first');
    await write(first.bytes);
    await wait(1_500);
    entries = [...entries.slice(0, start), ...entries.slice(start).map(() => prng.bytes(32)), prng.bytes(32)];
    hasForked = true;
    const second = make(newId(), 'GET');
    sides.set(exchange, 'second');
    await write(second.bytes);
  };

  const tiles: HttpHandler = ({ path }) => {
    if (path === '/tlog/checkpoint') return Promise.resolve({ status: 200, headers: [], body: Buffer.from(head()) });
    const width = Number(/^\/tlog\/tile\/0\/000\.p\/([0-9]+)$/.exec(path)?.[1] ?? Number.NaN);
    if (!(width <= entries.length)) return Promise.resolve({ status: 404, headers: [], body: Buffer.alloc(0) });
    return Promise.resolve({ status: 200, headers: [], body: Buffer.concat(entries.slice(0, width).map(leafHash)) });
  };
  void network.serve({ host: RIVAL.machine, port: PUBLIC_PORT }, tiles);

  for (const mischief of plan) {
    world.after(prng.below(lastsMs), () => {
      // After a fork nothing can be told from what the fork itself brings about.
      if (hasForked) return;
      commitMischief(mischief).catch(() => world.note(`rival ${mischief} could not be sent`));
    });
  }
  return record;
}
