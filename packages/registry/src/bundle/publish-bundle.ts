/**
 * Publishing the trust bundle: read the files, check them together, and when anything changed (or the bundle
 * grows old) sign, log and store the next version. Nothing is published while any file is wrong.
 */
import { type SealedBundle, sealBundle, type TrustBundle } from '@minben/exchange';
import { canonicalize, fail, type Result, succeed } from '@minben/kernel';
import type { Clock, Disk, Logger, Random, Signer } from '@minben/ports';
import type { Journal } from '../notes/journal.ts';
import { encodeNote } from '../notes/note.ts';
import type { BundleStore, StoredBundle } from './bundle-store.ts';
import { checkSources } from './check-sources.ts';
import { fingerprintSources, readSources, type Sources } from './read-sources.ts';
import type { SourceProblem } from './schema-problems.ts';

/** What the registry itself contributes: its own addresses and the public halves of its keys. */
export type HubFacts = Pick<TrustBundle, 'instance' | 'hub' | 'keys' | 'authorities'>;

export interface Publisher {
  /** Publishes if anything changed or the newest grows old. `unchanged` carries the newest. */
  publish(): Promise<Result<{ outcome: 'published' | 'unchanged'; bundle: StoredBundle }, readonly SourceProblem[]>>;
  /** Looks at the files every `everyMilliseconds` until the returned function is called. */
  watch(everyMilliseconds: number): () => void;
  /** Problems of the last attempt; empty when the files were right. */
  readonly problems: readonly SourceProblem[];
}

export interface PublisherMeans {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly sources: string;
  readonly signer: Signer;
  readonly journal: Journal;
  readonly store: BundleStore;
  readonly facts: () => HubFacts;
  /** Called with each new bundle. */
  readonly onPublished: (bundle: StoredBundle) => void;
}

export function createPublisher(means: PublisherMeans): Publisher {
  const { disk, clock, store } = means;
  let problems: readonly SourceProblem[] = [];
  let tail: Promise<unknown> = Promise.resolve();
  let seen = '';

  const publishOnce: Publisher['publish'] = async () => {
    const { sources, problems: found } = await readSources(disk, means.sources);
    const { instance, hub } = means.facts();
    problems = [...found, ...checkSources(sources, { instance, hubOrigin: hub.origin })];
    if (problems.length > 0) {
      means.log('warn', 'bundle-sources-invalid', { problems: problems.length });
      return fail(problems);
    }
    const nowSeconds = Math.floor(clock.now() / 1000);
    const content = composeBundle(sources, means.facts());
    const { newest } = store;
    if (newest && !hasChanged(newest.bundle, content) && !growsOld(newest.bundle, nowSeconds))
      return succeed({ outcome: 'unchanged', bundle: newest });
    const version = (newest?.version ?? 0) + 1;
    const bundle: TrustBundle = { ...content, version, previous: store.digest, issuedAt: nowSeconds };
    const sealed: SealedBundle = await sealBundle(bundle, {
      signer: means.signer,
      log: means.journal.log,
      random: means.random,
      note: (parts) => encodeNote({ t: 'bundle-sealed', version, ...parts }),
    });
    const stored = await store.add(sealed);
    means.log('info', 'bundle-published', { version });
    means.onPublished(stored);
    return succeed({ outcome: 'published', bundle: stored });
  };

  /** One at a time: two versions may not be made from the same one. */
  const publish: Publisher['publish'] = () => {
    const next = tail.then(publishOnce);
    tail = next.catch(() => undefined);
    return next;
  };

  const look = async (): Promise<void> => {
    const now = await fingerprintSources(disk, means.sources);
    const { newest } = store;
    if (now === seen && newest && !growsOld(newest.bundle, clock.now() / 1000)) return;
    seen = now;
    await publish();
  };

  return {
    publish,
    watch(everyMilliseconds) {
      let stopped = false;
      let cancel: () => void = () => undefined;
      const turn = (): void => {
        look()
          .catch(() => means.log('error', 'bundle-not-published'))
          .finally(() => {
            if (!stopped) cancel = clock.after(everyMilliseconds, turn);
          });
      };
      cancel = clock.after(everyMilliseconds, turn);
      return () => {
        stopped = true;
        cancel();
      };
    },
    get problems() {
      return problems;
    },
  };
}

type Content = Omit<TrustBundle, 'version' | 'previous' | 'issuedAt'>;

function composeBundle(sources: Sources, facts: HubFacts): Content {
  const values = <T>(items: readonly { value: T }[]): T[] => items.map(({ value }) => value);
  return {
    v: 1,
    ...facts,
    policy: sources.policy.policy,
    witnessQuorum: sources.policy.witnessQuorum,
    witnesses: values(sources.witnesses),
    purposes: values(sources.purposes),
    members: values(sources.members),
    gateways: values(sources.gateways),
    services: values(sources.services),
    agreements: values(sources.agreements),
  };
}

function hasChanged(bundle: TrustBundle, content: Content): boolean {
  const { version: _version, previous: _previous, issuedAt: _issuedAt, ...rest } = bundle;
  return canonicalize(rest) !== canonicalize(content);
}

/** From half its life on a bundle is issued anew, so that a registry at rest never lets its gateways run out. */
function growsOld(bundle: TrustBundle, nowSeconds: number): boolean {
  return nowSeconds - bundle.issuedAt > bundle.policy.maximumAgeSeconds / 2;
}
