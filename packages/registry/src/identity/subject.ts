/**
 * From a subject as someone may name it to the same person in the provider's sector, sealed to each gateway that
 * will serve the call. The pseudonym in the provider's sector never leaves identity unsealed.
 */
import { type BundleIndex, type SubjectSealer, subjectInfo } from '@minben/exchange';
import { decodeBase64Url, fail, type Pseudonym, type Result, succeed } from '@minben/kernel';
import Type, { type Static } from 'typebox';
import { type IdentityKeys, translateReference } from './person-reference.ts';
import type { Pseudonyms } from './pseudonym.ts';

const closed = { additionalProperties: false } as const;

/** How a subject may be named: by a pseudonym of a sector, by a reference, or (sandbox only) by number. */
export const NamedSubject = Type.Union([
  Type.Object({ pseudonym: Type.String(), sector: Type.String() }, closed),
  Type.Object({ reference: Type.String() }, closed),
  Type.Object({ number: Type.String() }, closed),
]);
export type NamedSubject = Static<typeof NamedSubject>;

export interface IdentityMeans {
  readonly pseudonyms: Pseudonyms;
  readonly sealer: SubjectSealer;
  readonly keys: IdentityKeys;
  /** Whether a subject may be named by number: only where all persons are synthetic. */
  readonly takesNumbers: boolean;
}

export type SubjectError = 'subject-unreadable' | 'numbers-not-accepted' | 'number-invalid';

export async function findPseudonym(
  subject: NamedSubject,
  sector: string,
  identity: IdentityMeans,
): Promise<Result<Pseudonym, SubjectError>> {
  if ('number' in subject) {
    if (!identity.takesNumbers) return fail('numbers-not-accepted');
    const made = identity.pseudonyms.make(subject.number, sector);
    return made === undefined ? fail('number-invalid') : succeed(made);
  }
  const found =
    'reference' in subject
      ? await translateReference(subject.reference, sector, identity)
      : identity.pseudonyms.translate(subject.pseudonym, subject.sector, sector);
  return found === undefined ? fail('subject-unreadable') : succeed(found);
}

/** Seals to each gateway's key for one service and purpose: gateway id → sealed text. */
export async function sealSubject(
  pseudonym: Pseudonym,
  use: { service: string; purpose: string; gateways: readonly string[] },
  index: BundleIndex,
  sealer: SubjectSealer,
): Promise<Record<string, string>> {
  const info = subjectInfo(use.service, use.purpose);
  const sealed: Record<string, string> = {};
  for (const id of use.gateways) {
    const key = decodeBase64Url(index.gateways.get(id)?.sealingKey ?? '');
    if (!key.ok || key.value.length !== 32) throw new Error(`the bundle holds no sealing key for ${id}`);
    sealed[id] = await sealer.seal(key.value, info, pseudonym);
  }
  return sealed;
}

/** The sector of the member that owns a service or subsystem; undefined when the bundle does not hold it. */
export function sectorOf(id: string, index: BundleIndex): string | undefined {
  return index.members.get(id.split('/', 3).join('/'))?.sector;
}
