/**
 * Every head of every log that anybody outside was ever shown, and every cosignature that was ever given. Two roots of
 * one size, or a newest head below an older one, are told at once; the roots themselves are checked against the
 * entries by whoever follows the log.
 */
import { parseCheckpoint, type VerifierKey, verifyCheckpoint, verifyCosignature } from '@minben/evidence';
import type { Violations } from './violations.ts';

export interface SeenHead {
  readonly size: number;
  readonly root: string;
  readonly where: string;
}

export interface HeadBook {
  /** Takes a signed checkpoint from anywhere; false when it is not signed by its log. */
  saw(checkpoint: string, where: string): boolean;
  /** Heads seen of a log, by size. */
  of(origin: string): ReadonlyMap<number, SeenHead>;
  largest(origin: string): number;
  /** Largest size that the witness is known to have cosigned. */
  cosigned(origin: string): number;
  /** The witness showed this checkpoint as its newest: it may never be below what it gave out. */
  witnessShows(origin: string, checkpoint: string | undefined, cosignedBefore: number): void;
  count(): number;
}

export function createHeadBook(
  logKeys: ReadonlyMap<string, VerifierKey>,
  witnessKey: VerifierKey,
  violations: Violations,
): HeadBook {
  const heads = new Map([...logKeys.keys()].map((origin) => [origin, new Map<number, SeenHead>()]));
  const cosigned = new Map<string, number>();

  const saw: HeadBook['saw'] = (checkpoint, where) => {
    const parsed = parseCheckpoint(checkpoint);
    const key = parsed.ok ? logKeys.get(parsed.value.origin) : undefined;
    const verified = key === undefined ? undefined : verifyCheckpoint(checkpoint, key);
    if (!parsed.ok || verified?.ok !== true) {
      violations.add('unexpected', `${where}: a checkpoint that its log did not sign`);
      return false;
    }
    const { origin, size } = verified.value;
    const root = Buffer.from(verified.value.root).toString('hex');
    const known = heads.get(origin)?.get(size);
    if (known === undefined) heads.get(origin)?.set(size, { size, root, where });
    else if (known.root !== root)
      violations.add('went-back', `${origin} has two roots at size ${size}: ${known.where}, and ${where}`);
    const isCosigned = parsed.value.signatures.some(
      (signature) => verifyCosignature(parsed.value.text, signature, witnessKey) !== undefined,
    );
    if (isCosigned) cosigned.set(origin, Math.max(size, cosigned.get(origin) ?? 0));
    return true;
  };

  return {
    saw,
    of: (origin) => heads.get(origin) ?? new Map(),
    largest: (origin) => Math.max(0, ...(heads.get(origin)?.keys() ?? [])),
    cosigned: (origin) => cosigned.get(origin) ?? 0,
    witnessShows(origin, checkpoint, cosignedBefore) {
      if (checkpoint !== undefined) saw(checkpoint, 'witness');
      const parsed = checkpoint === undefined ? undefined : parseCheckpoint(checkpoint);
      const size = parsed?.ok === true ? parsed.value.size : 0;
      if (size < cosignedBefore)
        violations.add('went-back', `the witness shows size ${size} of ${origin} after it cosigned ${cosignedBefore}`);
    },
    count: () => [...heads.values()].reduce((sum, each) => sum + each.size, 0),
  };
}
