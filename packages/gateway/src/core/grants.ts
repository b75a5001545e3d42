/** Grants verified once per token and bundle, then remembered; the hub's heads they stand on are held to the head rule (PROTOCOL 13, 15). */
import { type BundleIndex, type GrantError, openCheckpoint, type VerifiedGrant, verifyGrant } from '@minben/exchange';
import type { Result } from '@minben/kernel';
import type { HeadKeeper } from './heads.ts';

const REMEMBERED = 10_000;

export interface GrantOpener {
  open(token: string): Result<VerifiedGrant, GrantError>;
}

/** One opener per bundle: another bundle may know other keys. */
export function createGrantOpener(bundle: BundleIndex, heads: HeadKeeper): GrantOpener {
  const opened = new Map<string, VerifiedGrant>();

  return {
    open(token) {
      const known = opened.get(token);
      if (known !== undefined) return standing(known);
      const verified = verifyGrant(token, bundle, {
        checkHubHead: (checkpoint) => openCheckpoint(checkpoint, bundle.hubLogKey),
      });
      if (!verified.ok) return verified;
      heads.observe(verified.value.hubHead);
      if (opened.size >= REMEMBERED) opened.delete(opened.keys().next().value as string);
      opened.set(token, verified.value);
      return standing(verified.value);
    },
  };

  function standing(grant: VerifiedGrant): Result<VerifiedGrant, GrantError> {
    const how = heads.standing(grant.hubHead);
    return how === 'consistent' || how === 'pending'
      ? { ok: true, value: grant }
      : { ok: false, error: 'grant-not-in-the-log' };
  }
}
