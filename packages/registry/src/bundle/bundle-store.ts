/**
 * Every bundle ever published, one file for each version, in an unbroken chain. A bundle that was logged just
 * before the process died is completed from the log, so that the log never holds one that nobody can fetch.
 */
import { formatProof } from '@minben/evidence';
import { digestBundle, SealedBundle, type TrustBundle } from '@minben/exchange';
import type { Disk } from '@minben/ports';
import Compile from 'typebox/compile';
import type { Journal } from '../notes/journal.ts';

export interface StoredBundle {
  readonly version: number;
  readonly bundle: TrustBundle;
  readonly sealed: SealedBundle;
  /** The sealed bundle's JSON, as it is served. */
  readonly text: string;
}

export interface BundleStore {
  /** The newest bundle; undefined before the first. */
  readonly newest: StoredBundle | undefined;
  /** SHA-256 (hex) of the newest bundle's text; empty before the first. */
  readonly digest: string;
  /** Writes the file and makes the bundle the newest. */
  add(sealed: SealedBundle): Promise<StoredBundle>;
  read(version: number): Promise<StoredBundle | undefined>;
  /**
   * The newest bundle that a holder of version `after` can accept: one signed by the key it trusts or by its
   * announced successor; else the one that follows. Undefined when it holds the newest.
   */
  nextFor(after: number): Promise<StoredBundle | undefined>;
}

const sealedCheck = Compile(SealedBundle);

/** Opens the store in `directory`. Throws when the files are not one chain: something else wrote there. */
export async function openBundleStore(disk: Disk, directory: string, journal: Journal): Promise<BundleStore> {
  await disk.makeDirectory(directory);
  const pathOf = (version: number): string => `${directory}/${String(version).padStart(8, '0')}.json`;
  const load = async (version: number): Promise<StoredBundle | undefined> => {
    const bytes = await disk.read(pathOf(version));
    return bytes === undefined ? undefined : parseStored(bytes.toString(), version);
  };

  const versions = (await disk.list(directory))
    .filter((name) => /^\d{8}\.json$/.test(name))
    .map((name) => Number(name.slice(0, 8)));
  let newest = versions.length === 0 ? undefined : await load(Math.max(...versions));

  const store: BundleStore = {
    get newest() {
      return newest;
    },
    get digest() {
      return newest === undefined ? '' : digestBundle(newest.sealed.details);
    },
    async add(sealed) {
      const stored = parseStored(JSON.stringify(sealed), (newest?.version ?? 0) + 1);
      if (stored.bundle.previous !== store.digest) throw new Error('the bundle does not follow the one before it');
      await disk.writeAtomically(pathOf(stored.version), Buffer.from(stored.text));
      journal.remember({ t: 'bundle-stored', version: stored.version });
      newest = stored;
      return stored;
    },
    read: (version) => (version === newest?.version ? Promise.resolve(newest) : load(version)),
    async nextFor(after) {
      if (newest === undefined || after >= newest.version) return undefined;
      const held = after === 0 ? undefined : await load(after);
      if (!held) return newest;
      const { bundle: key, next } = held.bundle.keys;
      let candidate: StoredBundle | undefined = newest;
      while (
        candidate &&
        candidate.version > after + 1 &&
        candidate.bundle.keys.bundle !== key &&
        candidate.bundle.keys.bundle !== next
      ) {
        candidate = await load(candidate.version - 1);
      }
      return candidate;
    },
  };
  await completeUnstored(journal, store);
  return store;
}

function parseStored(text: string, version: number): StoredBundle {
  const sealed: unknown = JSON.parse(text);
  if (!sealedCheck.Check(sealed)) throw new Error(`the stored bundle ${version} is damaged`);
  const bundle = JSON.parse(sealed.details) as TrustBundle;
  if (bundle.version !== version) throw new Error(`the stored bundle ${version} says that it is ${bundle.version}`);
  return { version, bundle, sealed, text };
}

/** Writes the file of a bundle that was logged but not stored. */
async function completeUnstored(journal: Journal, store: BundleStore): Promise<void> {
  const unstored = journal.unstoredBundle;
  if (!unstored || unstored.note.version !== (store.newest?.version ?? 0) + 1) return;
  const { details, signature, salt } = unstored.note;
  // Without its position (the batch never became durable) the bundle was never in the log: the next one takes its version.
  if (unstored.entry === undefined || unstored.entry >= journal.log.head.size) return;
  const { head } = journal.log;
  const path = await journal.log.inclusionPath(unstored.entry, head.size);
  await store.add({
    details,
    signature,
    salt,
    proof: formatProof({ index: unstored.entry, path, checkpoint: head.checkpoint }),
  });
}
