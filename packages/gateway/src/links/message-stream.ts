/**
 * One `t-road/1` stream with what both of its ends need: own heads are announced, with their consistency path from
 * the last one the peer holds, before the first message that refers to them; the peer's heads are checked as they
 * come (PROTOCOL 9, 13). Any malformed byte ends the stream.
 */
import type { EvidenceLog, SignedHead } from '@minben/evidence';
import { encodeFrame, type Frame, FrameReader, type HeardHead } from '@minben/exchange';
import type { Stream } from '@minben/ports';

/** Heads kept by size, the last ones announced and heard on a stream. */
const KEPT_HEADS = 64;

export interface HeadEar {
  /** Checks a checkpoint's signature under the peer's key and notes the head; undefined when it cannot even be read. */
  hear(
    peerFingerprint: string,
    checkpoint: string,
    carried?: { from: number; path: readonly Uint8Array[] },
  ): HeardHead | undefined;
  /** Size of the largest proven head of the peer; 0 when there is none. */
  knownSize(peerFingerprint: string): number;
}

export interface MessageStream {
  readonly peerFingerprint: string;
  /** Calls `write` once the peer holds `head`, in the order of the calls; `dropped` instead when the stream closes before. */
  afterHead(head: SignedHead, write: () => void, dropped?: () => void): void;
  write(frame: Frame): void;
  heard(size: number): HeardHead | undefined;
  end(): void;
  destroy(): void;
}

export interface MessageStreamMeans {
  readonly stream: Stream;
  readonly log: EvidenceLog;
  readonly ear: HeadEar;
  onFrame(frame: Frame): void;
  onClose(): void;
}

export function openMessageStream({ stream, log, ear, onFrame, onClose }: MessageStreamMeans): MessageStream {
  const reader = new FrameReader();
  const heardHeads = new Map<number, HeardHead>();
  const announced = new Set<number>();
  const queue: { head: SignedHead; write: () => void; dropped?: (() => void) | undefined }[] = [];
  let lastAnnounced: number | undefined;
  let isDraining = false;
  let isClosed = false;

  const remember = <K, V>(map: Map<K, V> | Set<K>): void => {
    if (map.size > KEPT_HEADS) map.delete(map.keys().next().value as K);
  };

  const announce = async (head: SignedHead): Promise<void> => {
    const from = Math.min(lastAnnounced ?? 0, head.size);
    const path = from > 0 && from < head.size ? await log.consistencyPath(from, head.size) : [];
    stream.write(encodeFrame({ type: 'head', checkpoint: head.checkpoint, from: from < head.size ? from : 0, path }));
    lastAnnounced = Math.max(lastAnnounced ?? 0, head.size);
    announced.add(head.size);
    remember(announced);
  };

  const drain = async (): Promise<void> => {
    isDraining = true;
    while (!isClosed) {
      const next = queue[0];
      if (next === undefined) break;
      if (!announced.has(next.head.size)) await announce(next.head);
      if (isClosed) break;
      queue.shift();
      next.write();
    }
    isDraining = false;
  };

  const startDraining = (): void => {
    if (isDraining || lastAnnounced === undefined) return;
    drain().catch(() => stream.destroy());
  };

  const enqueue = (item: (typeof queue)[number]): void => {
    queue.push(item);
    startDraining();
  };

  const take = (frame: Frame): void => {
    // Nothing that came in one piece with what ended the stream is taken any more.
    if (isClosed) return;
    if (frame.type === 'known') {
      // The peer may hold a head this log does not know; then it must find out by itself.
      lastAnnounced = frame.size <= log.head.size ? frame.size : 0;
      startDraining();
    } else if (frame.type === 'head') {
      const carried = frame.from === 0 ? undefined : { from: frame.from, path: frame.path };
      const heard = ear.hear(stream.peerFingerprint, frame.checkpoint, carried);
      if (heard === undefined) {
        isClosed = true;
        stream.destroy();
      } else {
        heardHeads.set(heard.head.size, heard);
        remember(heardHeads);
      }
    } else onFrame(frame);
  };

  stream.onData((chunk) => {
    try {
      reader.push(chunk, take);
    } catch {
      stream.destroy();
    }
  });
  stream.onClose(() => {
    isClosed = true;
    for (const { dropped } of queue.splice(0)) dropped?.();
    onClose();
  });
  stream.write(encodeFrame({ type: 'known', size: ear.knownSize(stream.peerFingerprint) }));

  return {
    peerFingerprint: stream.peerFingerprint,
    afterHead(head, write, dropped) {
      if (isClosed) dropped?.();
      else if (queue.length === 0 && announced.has(head.size)) write();
      else enqueue({ head, write, dropped });
    },
    write: (frame) => void (isClosed || stream.write(encodeFrame(frame))),
    heard: (size) => heardHeads.get(size),
    end: () => stream.end(),
    destroy: () => stream.destroy(),
  };
}
