/** Hears the heads that peers announce: one signature check per checkpoint, then the head keeper's judgement. */
import { parseCheckpoint } from '@minben/evidence';
import { type BundleIndex, type HeardHead, openCheckpoint } from '@minben/exchange';
import type { HeadEar } from '../links/message-stream.ts';
import type { HeadKeeper } from './heads.ts';
import type { WitnessedAges } from './witnessed-ages.ts';

/** Checkpoints remembered with their signature's verdict (the HTTP/1.1 binding repeats them with every message). */
const REMEMBERED = 256;

export function createEar(bundle: () => BundleIndex | undefined, heads: HeadKeeper, ages: WitnessedAges): HeadEar {
  const remembered = new Map<string, HeardHead>();

  return {
    hear(peerFingerprint, checkpoint, carried) {
      const index = bundle();
      const peer = index?.gatewaysByCertificate.get(peerFingerprint);
      const key = peer === undefined ? undefined : index?.logKeys.get(peer.id);
      const known = remembered.get(checkpoint);
      if (known?.signed === true && known.head.origin === peer?.origin) {
        heads.observe(known.head, carried);
        return known;
      }
      const opened = key === undefined ? undefined : openCheckpoint(checkpoint, key);
      if (opened?.ok === true) {
        heads.observe(opened.value, carried);
        const heard = hearSigned(opened.value, heads, ages);
        if (remembered.size >= REMEMBERED) remembered.delete(remembered.keys().next().value as string);
        remembered.set(checkpoint, heard);
        return heard;
      }
      return hearUnsigned(checkpoint);
    },
    knownSize(peerFingerprint) {
      const peer = bundle()?.gatewaysByCertificate.get(peerFingerprint);
      return peer === undefined ? 0 : (heads.newest(peer.origin)?.size ?? 0);
    },
  };
}

function hearSigned(head: HeardHead['head'], heads: HeadKeeper, ages: WitnessedAges): HeardHead {
  return {
    head,
    signed: true,
    standing: () => heads.standing(head),
    provisionalSeconds: () => ages.ageOf(head.origin),
  };
}

/** Kept so that the message on it is refused by its rule, not by silence; believed for nothing. */
function hearUnsigned(checkpoint: string): HeardHead | undefined {
  const parsed = parseCheckpoint(checkpoint);
  if (!parsed.ok) return undefined;
  const { origin, size, root } = parsed.value;
  return {
    head: { origin, size, root, checkpoint },
    signed: false,
    standing: () => 'unproven',
    provisionalSeconds: () => undefined,
  };
}
