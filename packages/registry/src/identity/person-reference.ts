/**
 * Person references (PROTOCOL 21): how one register speaks of a second person. `<sector>.<sealed pseudonym>`,
 * sealed to identity, another text each time: nobody on the way can read it or see that two mean the same person.
 */
import { referenceInfo, type SubjectSealer } from '@minben/exchange';
import type { Pseudonym } from '@minben/kernel';
import type { Pseudonyms } from './pseudonym.ts';

export interface IdentityKeys {
  /** Raw X25519 keys. */
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

const FORM = /^([a-z0-9-]{1,64})\.([A-Za-z0-9_-]{1,400})$/;

export async function makeReference(
  pseudonym: Pseudonym,
  sector: string,
  sealer: SubjectSealer,
  keys: Pick<IdentityKeys, 'publicKey'>,
): Promise<string> {
  return `${sector}.${await sealer.seal(keys.publicKey, referenceInfo(sector), pseudonym)}`;
}

/** The referenced person's pseudonym in sector `to`; undefined for what is no reference of this identity. */
export async function translateReference(
  reference: string,
  to: string,
  means: { sealer: SubjectSealer; keys: IdentityKeys; pseudonyms: Pseudonyms },
): Promise<Pseudonym | undefined> {
  const [, sector, sealed] = FORM.exec(reference) ?? [];
  if (sector === undefined || sealed === undefined) return undefined;
  const pseudonym = await means.sealer.open(means.keys.privateKey, referenceInfo(sector), sealed);
  return pseudonym === undefined ? undefined : means.pseudonyms.translate(pseudonym, sector, to);
}
